// SPDX-License-Identifier: Apache-2.0

/// Literals against types: are they fit, and what do they stand for?
struct LiteralCoercion {
    let source: SourceText
    let echoedBytes: Int
    /// So many problems of one value are told, and no more.
    private static let problemLimit = 50

    // MARK: Checking

    /// Why `value` does not fit `type`, in graphql-go's words; empty if it does. Variables fit here, they are checked apart.
    func problems(of value: Value, as type: TypeReference) -> [String] {
        if case .variable = value.kind { return [] }
        switch type {
        case .nonNull(let type): return problems(of: value, as: type)
        case .list(let element): return problems(of: value, asListOf: element)
        case .named(.input(let input)): return problems(of: value, as: input)
        case .named(let named):
            if isLiteral(value, of: named) { return [] }
            return ["Expected type \"\(named.name)\", found \(text(of: value)).\(rangeHint(value, named))"]
        }
    }

    /// For whole numbers that fit no int64, which the type alone does not explain.
    private func rangeHint(_ value: Value, _ type: NamedType) -> String {
        guard case .scalar(let scalar) = type, scalar.shape == .oneOrMore(.int) else { return "" }
        let elements = if case .list(let elements) = value.kind { elements } else { [value] }
        let isTooLarge = elements.contains { element in
            if case .int = element.kind { source.integer(element.range) == nil } else { false }
        }
        return isTooLarge ? " \(ScalarType.int64Range)" : ""
    }

    func text(of value: Value) -> String { ValuePrinter.text(of: value, in: source, limit: echoedBytes) }

    private func problems(of value: Value, asListOf element: TypeReference) -> [String] {
        switch value.kind {
        case .list(let elements):
            for (index, item) in elements.enumerated() {
                let problems = problems(of: item, as: element)
                if !problems.isEmpty { return problems.map { "In element #\(index + 1): \($0)" } }
            }
            return []
        case .numbers(let list):
            guard case .named(.scalar(let scalar)) = element.nullable else {
                return ["In element #1: Expected type \"\(element.namedType.name)\", found \(text(of: value))."]
            }
            switch scalar.shape {
            case .float, .any, .oneOrMore(.float): return []
            case .int where list.isIntegral && list.values.allSatisfy { Int32(exactly: $0) != nil }: return []
            case .oneOrMore(.int) where list.isIntegral: return []
            case .id where list.isIntegral: return []
            default: return ["In element #1: Expected type \"\(scalar.name)\", found \(text(of: value))."]
            }
        default: return problems(of: value, as: element)
        }
    }

    private func problems(of value: Value, as input: InputObjectType) -> [String] {
        guard case .object(let fields) = value.kind else { return ["Expected \"\(input.name)\", found not an object."] }
        var problems: [String] = []
        for field in fields where input.field(named: field.name.text) == nil {
            guard problems.count < Self.problemLimit else { return problems }
            problems.append("In field \"\(field.name.text)\": Unknown field.")
        }
        for definition in input.fields {
            guard let field = fields.last(where: { $0.name.text == definition.name }) else {
                if definition.type.isNonNull {
                    problems.append("In field \"\(definition.name)\": Expected \"\(definition.type)\", found null.")
                }
                continue
            }
            problems += self.problems(of: field.value, as: definition.type)
                .map { "In field \"\(definition.name)\": \($0)" }
        }
        return Array(problems.prefix(Self.problemLimit))
    }

    private func isLiteral(_ value: Value, of type: NamedType) -> Bool {
        switch type {
        case .scalar(let scalar): isLiteral(value, of: scalar.shape)
        case .enumeration(let enumeration):
            if case .enumeration(let name) = value.kind { enumeration.values.contains(name) } else { false }
        case .input, .object, .union: false
        }
    }

    private func isLiteral(_ value: Value, of shape: ScalarType.Shape) -> Bool {
        switch (shape, value.kind) {
        case (.any, _): true
        case (.int, .int): source.integer(value.range).map { Int32(exactly: $0) != nil } ?? false
        case (.float, .int), (.float, .float): source.double(value.range) != nil
        case (.string, .string), (.boolean, .boolean), (.id, .string), (.id, .int): true
        case (.oneOrMore(let element), .list(let values)): values.allSatisfy { isLiteral($0, of: element) }
        case (.oneOrMore(let element), .numbers(let list)): element == .float || element == .int && list.isIntegral
        case (.oneOrMore(let element), _): isLiteral(value, of: element)
        default: false
        }
    }

    private func isLiteral(_ value: Value, of element: ScalarType.Element) -> Bool {
        switch (element, value.kind) {
        case (_, .variable): true
        case (.int, .int): source.integer(value.range) != nil
        case (.float, .int), (.float, .float): source.double(value.range) != nil
        case (.string, .string), (.boolean, .boolean): true
        default: false
        }
    }

    // MARK: Coercing

    /// What `value`, which fits `type`, stands for; `nil` for a variable without a value.
    func value(_ value: Value, as type: TypeReference, variables: [String: InputValue]) -> InputValue? {
        if case .variable(let name) = value.kind { return variables[name] }
        switch type {
        case .nonNull(let type): return self.value(value, as: type, variables: variables)
        case .list(let element):
            switch value.kind {
            case .list(let elements):
                return .list(elements.map { self.value($0, as: element, variables: variables) ?? .null })
            case .numbers(let list):
                return .numbers(list)
            default:
                return self.value(value, as: element, variables: variables).map { .list([$0]) }
            }
        case .named(.input(let input)):
            guard case .object(let fields) = value.kind else { return nil }
            var object = InputObject()
            for field in fields {
                guard let definition = input.field(named: field.name.text),
                    let value = self.value(field.value, as: definition.type, variables: variables)
                else { continue }
                object.append(definition.name, value)
            }
            return .object(object)
        case .named: return plainValue(value, variables: variables)
        }
    }

    /// What a literal stands for by itself, without a type.
    private func plainValue(_ value: Value, variables: [String: InputValue]) -> InputValue {
        switch value.kind {
        case .variable(let name): return variables[name] ?? .null
        case .int:
            if let integer = source.integer(value.range) { return .int(integer) }
            return source.double(value.range).map { .float($0) } ?? .null
        case .float: return source.double(value.range).map { .float($0) } ?? .null
        case .string(let literal): return .string(source.string(literal))
        case .boolean(let value): return .boolean(value)
        case .enumeration(let name): return .enumeration(name)
        case .list(let elements): return .list(elements.map { plainValue($0, variables: variables) })
        case .numbers(let list): return .numbers(list)
        case .object(let fields):
            var object = InputObject()
            for field in fields { object.append(field.name.text, plainValue(field.value, variables: variables)) }
            return .object(object)
        }
    }
}
