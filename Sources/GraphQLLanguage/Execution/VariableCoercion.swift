// SPDX-License-Identifier: Apache-2.0

extension Operation {
    /// The values of the variables: what was sent, checked against the types, and defaults for the rest.
    ///
    /// - Throws: the first variable that is missing or of the wrong type.
    package func variableValues(
        from sent: [String: InputValue], schema: Schema, source: SourceText, limits: GraphQLLimits = .init()
    ) throws(GraphQLError) -> [String: InputValue] {
        var values: [String: InputValue] = [:]
        let literals = LiteralCoercion(source: source, echoedBytes: limits.echoedBytes)
        for variable in variables {
            let name = variable.name.text
            guard let type = schema.type(variable.type), type.namedType.isInput else {
                throw GraphQLError(
                    "Variable \"$\(name)\" expected value of type \"\(variable.type)\" which cannot be used as an input type.",
                    at: variable.offset)
            }
            let raw = sent[name] ?? .null
            guard raw != .null else {
                if let defaultValue = variable.defaultValue {
                    values[name] = literals.value(defaultValue, as: type, variables: [:])
                } else if type.isNonNull {
                    throw GraphQLError(
                        "Variable \"$\(name)\" of required type \"\(type)\" was not provided.", at: variable.offset)
                } else if sent[name] != nil {
                    values[name] = .null
                }
                continue
            }
            switch coerced(raw, as: type) {
            case .success(let value): values[name] = value
            case .failure(let mismatch):
                throw GraphQLError(
                    "Variable \"$\(name)\" got invalid value \(raw.text(limit: limits.echoedBytes)).\n\(mismatch.message)",
                    at: variable.offset)
            }
        }
        return values
    }
}

/// Why a value that was sent is not of a type.
private struct Mismatch: Error {
    var message: String
}

extension Schema {
    /// The type that is written as `syntax`; `nil` if the name is not known.
    func type(_ syntax: TypeSyntax) -> TypeReference? {
        switch syntax {
        case .named(let name): type(named: name.text).map { .named($0) }
        case .list(let element): type(element).map { .list($0) }
        case .nonNull(let inner): type(inner).map { .nonNull($0) }
        }
    }
}

private func coerced(_ value: InputValue, as type: TypeReference) -> Result<InputValue, Mismatch> {
    switch type {
    case .nonNull(let inner):
        if value == .null { return .failure(Mismatch(message: "Expected \"\(type)\", found null.")) }
        return coerced(value, as: inner)
    case .list(let element):
        return coerced(value, asListOf: element)
    case .named(.input(let input)):
        return value == .null ? .success(.null) : coerced(value, as: input)
    case .named(let named):
        if value == .null { return .success(.null) }
        if let value = scalar(value, of: named) { return .success(value) }
        return .failure(
            Mismatch(
                message: "Expected type \"\(named.name)\", found \(value.text(limit: 100)).\(rangeHint(value, named))"))
    }
}

private func coerced(_ value: InputValue, asListOf element: TypeReference) -> Result<InputValue, Mismatch> {
    switch value {
    case .null: return .success(.null)
    case .numbers(let list): return coerced(list, asListOf: element)
    case .list(let elements):
        var result: [InputValue] = []
        result.reserveCapacity(elements.count)
        for (index, item) in elements.enumerated() {
            switch coerced(item, as: element) {
            case .success(let value): result.append(value)
            case .failure(let mismatch):
                return .failure(Mismatch(message: "In element #\(index + 1): \(mismatch.message)"))
            }
        }
        return .success(.list(result))
    default: return coerced(value, as: element).map { .list([$0]) }
    }
}

/// Numbers stay one array wherever the type allows it: as values of their own they take six times as much memory.
private func coerced(_ list: NumberList, asListOf element: TypeReference) -> Result<InputValue, Mismatch> {
    if case .named(.scalar(let scalar)) = element.nullable {
        switch scalar.shape {
        case .float, .any: return .success(.numbers(list))
        case .int where list.values.allSatisfy { Int32(exactly: $0) != nil }:
            return .success(.numbers(NumberList(list.values, isIntegral: true)))
        case .int, .string, .boolean, .id, .oneOrMore: break
        }
    }
    var result: [InputValue] = []
    for (index, number) in list.values.enumerated() {
        let item = list.isIntegral ? InputValue.int(Int64(number)) : .float(number)
        switch coerced(item, as: element) {
        case .success(let value): result.append(value)
        case .failure(let mismatch):
            return .failure(Mismatch(message: "In element #\(index + 1): \(mismatch.message)"))
        }
    }
    return .success(.list(result))
}

private func coerced(_ value: InputValue, as input: InputObjectType) -> Result<InputValue, Mismatch> {
    guard case .object(let object) = value else {
        return .failure(Mismatch(message: "Expected \"\(input.name)\", found not an object."))
    }
    for field in object.fields where input.field(named: field.name) == nil {
        return .failure(Mismatch(message: "In field \"\(field.name)\": Unknown field."))
    }
    var result = InputObject()
    for definition in input.fields {
        guard let field = object.fields.last(where: { $0.name == definition.name }) else {
            if definition.type.isNonNull {
                return .failure(
                    Mismatch(message: "In field \"\(definition.name)\": Expected \"\(definition.type)\", found null."))
            }
            continue
        }
        switch coerced(field.value, as: definition.type) {
        case .success(let value): result.append(definition.name, value)
        case .failure(let mismatch):
            return .failure(Mismatch(message: "In field \"\(definition.name)\": \(mismatch.message)"))
        }
    }
    return .success(.object(result))
}

/// For whole numbers that fit no int64: they have become float64.
private func rangeHint(_ value: InputValue, _ type: NamedType) -> String {
    guard case .scalar(let scalar) = type, scalar.shape == .int || scalar.shape == .oneOrMore(.int) else { return "" }
    let elements = if case .list(let elements) = value { elements } else { [value] }
    let isTooLarge = elements.contains { element in
        if case .float(let number) = element { number.magnitude >= 0x1p63 } else { false }
    }
    return isTooLarge ? " \(ScalarType.int64Range)" : ""
}

/// The value as one of `type`, or `nil` if it is none.
private func scalar(_ value: InputValue, of type: NamedType) -> InputValue? {
    switch type {
    case .enumeration(let enumeration):
        guard case .string(let name) = value, enumeration.values.contains(name) else { return nil }
        return .enumeration(name)
    case .scalar(let scalar): return scalarValue(value, of: scalar.shape)
    case .input, .object, .union: return nil
    }
}

private func scalarValue(_ value: InputValue, of shape: ScalarType.Shape) -> InputValue? {
    switch (shape, value) {
    case (.any, _), (.string, .string), (.boolean, .boolean), (.id, .string), (.float, .float): value
    // 64 bits, since a variable of the standard type may stand where a property of 64 bits is compared.
    case (.int, .int): value
    case (.int, .float(let number)): Int32(exactly: number).map { .int(Int64($0)) }
    case (.float, .int(let number)): .float(Double(number))
    case (.id, .int(let number)): .string(String(number))
    case (.oneOrMore(let element), .list(let values)):
        values.allSatisfy { isElement($0, of: element) } ? value : nil
    case (.oneOrMore(let element), .numbers(let list)):
        element == .float || element == .int && list.isIntegral ? value : nil
    case (.oneOrMore(let element), _): isElement(value, of: element) ? value : nil
    default: nil
    }
}

private func isElement(_ value: InputValue, of element: ScalarType.Element) -> Bool {
    switch (element, value) {
    case (.int, .int), (.float, .int), (.float, .float), (.string, .string), (.boolean, .boolean): true
    default: false
    }
}
