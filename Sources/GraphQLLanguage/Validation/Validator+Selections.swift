// SPDX-License-Identifier: Apache-2.0

extension Validator {
    /// Where a directive stands.
    enum DirectiveLocation: String { case operation, field, fragment }

    /// - Parameter parent: `nil` where it is not known because of another error.
    mutating func walk(_ set: SelectionSet, on parent: NamedType?) {
        if let parent { checkOverlaps(in: set, on: parent) }
        for selection in set.selections {
            if cancellation.isCancelled() { exceededLimit = .cancelled }
            if exceededLimit != nil { return }
            switch selection {
            case .field(let field): walk(field, on: parent)
            case .spread(let spread): walk(spread, on: parent)
            case .inline(let fragment): walk(fragment, on: parent)
            }
        }
    }

    /// The definition of field `name` of `parent`.
    func definition(of name: String, on parent: NamedType?) -> FieldDefinition? {
        if name == "__typename", parent?.isComposite == true { return Introspection.typenameField }
        guard case .object(let object)? = parent else { return nil }
        if object.name == schema.query.name {
            if name == "__schema" { return Introspection.schemaField }
            if name == "__type" { return Introspection.typeField }
        }
        return object.fields[name]
    }

    private mutating func walk(_ field: Field, on parent: NamedType?) {
        let definition = definition(of: field.name.text, on: parent)
        if let parent, definition == nil { reportUnknown(field, on: parent) }
        if let definition { checkLeaf(field, definition) }
        walk(field.arguments, of: definition?.arguments) { argument in
            "Unknown argument \"\(argument)\" on field \"\(field.name.text)\" of type \"\(parent?.name ?? "")\"."
        }
        walk(field.directives, on: .field)
        if let selections = field.selections {
            let type = definition?.type.namedType
            walk(selections, on: type?.isComposite == true ? type : nil)
        }
        for argument in definition?.arguments ?? [] where argument.type.isNonNull {
            if !field.arguments.contains(where: { $0.name.text == argument.name }) {
                report(
                    "Field \"\(field.name.text)\" argument \"\(argument.name)\" of type \"\(argument.type)\" "
                        + "is required but not provided.", at: field.offset)
            }
        }
    }

    private mutating func reportUnknown(_ field: Field, on parent: NamedType) {
        guard current.errors.count < limits.errors else { return }
        var suggestions = ""
        switch parent {
        case .object(let object):
            suggestions = suggestion(for: field.name.text, among: { object.fields.all.map(\.name) })
        case .union(let union):
            let members = union.members.filter { $0.fields[field.name.text] != nil }.map(\.name).sorted().prefix(5)
            if !members.isEmpty {
                let names = members.map { "\"\($0)\"" }.joined(separator: " or ")
                suggestions = " Did you mean to use an inline fragment on \(names)?"
            }
        case .scalar, .enumeration, .input: break
        }
        report("Cannot query field \"\(field.name.text)\" on type \"\(parent.name)\".\(suggestions)", at: field.offset)
    }

    private mutating func checkLeaf(_ field: Field, _ definition: FieldDefinition) {
        let isComposite = definition.type.namedType.isComposite
        if !isComposite, let selections = field.selections {
            report(
                "Field \"\(field.name.text)\" of type \"\(definition.type)\" must not have a sub selection.",
                at: selections.offset)
        } else if isComposite, field.selections == nil {
            report(
                "Field \"\(field.name.text)\" of type \"\(definition.type)\" must have a sub selection.",
                at: field.offset)
        }
    }

    // MARK: Fragments

    private mutating func walk(_ spread: FragmentSpread, on parent: NamedType?) {
        current.spreads.append(spread.name)
        if let fragment = fragments[spread.name.text] {
            if let parent, let type = composite(named: fragment.typeCondition.text), !overlap(parent, type) {
                report(
                    "Fragment \"\(spread.name.text)\" cannot be spread here as objects of type \"\(parent.name)\" "
                        + "can never be of type \"\(type.name)\".", at: spread.offset)
            }
        } else {
            report("Unknown fragment \"\(spread.name.text)\".", at: spread.name.offset)
        }
        walk(spread.directives, on: .fragment)
    }

    private mutating func walk(_ fragment: InlineFragment, on parent: NamedType?) {
        var type = parent
        if let condition = fragment.typeCondition {
            let named = schema.type(named: condition.text)
            if let named, !named.isComposite {
                report("Fragment cannot condition on non composite type \"\(named.name)\".", at: condition.offset)
            }
            type = composite(named: condition.text)
            if let parent, let type, !overlap(parent, type) {
                report(
                    "Fragment cannot be spread here as objects of type \"\(parent.name)\" can never be of type "
                        + "\"\(type.name)\".", at: fragment.offset)
            }
            checkTypeName(condition)
        }
        walk(fragment.directives, on: .fragment)
        walk(fragment.selections, on: type)
    }

    /// Whether an object can be of both types.
    private func overlap(_ left: NamedType, _ right: NamedType) -> Bool {
        let leftNames = Set(possibleTypes(of: left))
        return possibleTypes(of: right).contains { leftNames.contains($0) }
    }

    private func possibleTypes(of type: NamedType) -> [String] {
        if case .union(let union) = type { return union.members.map(\.name) }
        return [type.name]
    }

    // MARK: Arguments and directives

    private mutating func walk(
        _ arguments: [Argument], of definitions: [InputDefinition]?,
        unknown message: (_ name: String) -> String
    ) {
        var names: [String: Name] = [:]
        for argument in arguments {
            let definition = definitions?.first { $0.name == argument.name.text }
            if let definition {
                let problems = literals.problems(of: argument.value, as: definition.type)
                if !problems.isEmpty {
                    report(
                        "Argument \"\(argument.name.text)\" has invalid value \(literals.text(of: argument.value)).\n"
                            + problems.joined(separator: "\n"), at: argument.value.offset)
                }
            } else if let definitions {
                let suggestion = suggestion(for: argument.name.text, among: { definitions.map(\.name) })
                report(message(argument.name.text) + suggestion, at: argument.offset)
            }
            reportRepeated(argument.name, among: &names, as: "There can be only one argument named")
            walk(argument.value, as: definition?.type)
        }
    }

    /// Notes variables, and finds fields of input objects that are written twice.
    private mutating func walk(_ value: Value, as type: TypeReference?) {
        switch value.kind {
        case .variable(let name):
            current.usages.append(VariableUsage(name: name, offset: value.offset, type: type))
        case .list(let elements):
            var elementType = type?.nullable
            if case .list(let element)? = elementType { elementType = element }
            for element in elements { walk(element, as: elementType) }
        case .object(let fields):
            var names: [String: Name] = [:]
            var inner = type?.nullable
            if case .list(let element)? = inner { inner = element.nullable }
            for field in fields {
                reportRepeated(field.name, among: &names, as: "There can be only one input field named")
                switch inner {
                case .named(.input(let input))?: walk(field.value, as: input.field(named: field.name.text)?.type)
                case .named(.scalar)?: walk(field.value, as: inner)
                default: walk(field.value, as: nil)
                }
            }
        case .int, .float, .string, .boolean, .enumeration, .numbers: break
        }
    }

    mutating func walk(_ directives: [Directive], on location: DirectiveLocation) {
        let definitions = [InputDefinition("if", .nonNull(Introspection.boolean))]
        for directive in directives {
            let name = directive.name.text
            let isKnown = name == "skip" || name == "include"
            if !isKnown {
                report("Unknown directive \"\(name)\".", at: directive.offset)
            } else if location == .operation {
                report("Directive \"\(name)\" may not be used on \"operation\".", at: directive.offset)
            }
            walk(directive.arguments, of: isKnown ? definitions : nil) { argument in
                "Unknown argument \"\(argument)\" on directive \"@\(name)\"."
            }
            if isKnown, !directive.arguments.contains(where: { $0.name.text == "if" }) {
                report(
                    "Directive \"@\(name)\" argument \"if\" of type \"Boolean!\" is required but not provided.",
                    at: directive.offset)
            }
        }
    }
}
