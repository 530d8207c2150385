// SPDX-License-Identifier: Apache-2.0

/// A field of an answer: everything that the query asks for under one key.
package struct CollectedField: Sendable {
    package var responseKey: String
    /// The first of the fields that were merged; name and arguments are equal in all.
    package var field: Field
    /// The selections of all of them.
    package var selections: [SelectionSet]

    package var offset: Int { field.offset }
}

/// Expands fragments where they are spread and leaves out what `@skip` and `@include` turn off (GraphQL, section 6.3.2).
///
/// It counts what it hands out: fragments that contain each other twice at every level would grow without bound.
package struct FieldCollector {
    package let variables: [String: InputValue]
    package let schema: Schema
    package let source: SourceText
    private let fragments: [String: Fragment]
    private let limits: GraphQLLimits
    private var collected = 0
    private var cancellation = CancellationProbe()

    package init(
        _ document: Document, schema: Schema, variables: [String: InputValue], limits: GraphQLLimits = .init()
    ) {
        self.schema = schema
        self.variables = variables
        self.limits = limits
        source = document.source
        fragments = Dictionary(document.fragments.map { ($0.name.text, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What `selections` ask of an object of `type`, in the order of the query.
    package mutating func fields(
        of selections: [SelectionSet], on type: ObjectType
    ) throws(GraphQLError) -> [CollectedField] {
        var fields: [CollectedField] = []
        var positions: [String: Int] = [:]
        var visited: Set<String> = []
        for set in selections {
            try collect(set, on: type, into: &fields, positions: &positions, visited: &visited)
        }
        return fields
    }

    /// The arguments of `field` as their definitions say; those without a value are left out.
    package func arguments(of field: Field, definition: FieldDefinition) -> InputObject {
        let literals = LiteralCoercion(source: source, echoedBytes: limits.echoedBytes)
        var arguments = InputObject()
        for argument in field.arguments {
            guard let definition = definition.argument(named: argument.name.text),
                let value = literals.value(argument.value, as: definition.type, variables: variables), value != .null
            else { continue }
            arguments.append(definition.name, value)
        }
        return arguments
    }

    private mutating func collect(
        _ set: SelectionSet, on type: ObjectType, into fields: inout [CollectedField],
        positions: inout [String: Int], visited: inout Set<String>
    ) throws(GraphQLError) {
        for selection in set.selections {
            collected += 1
            guard collected <= limits.collectedFields else {
                throw GraphQLError(
                    "The query asks for more than \(limits.collectedFields) fields; ask for fewer, or use fewer fragments",
                    at: set.offset)
            }
            if cancellation.isCancelled() { throw .cancelled }
            switch selection {
            case .field(let field):
                guard isIncluded(field.directives) else { continue }
                if let position = positions[field.responseKey] {
                    if let selections = field.selections { fields[position].selections.append(selections) }
                } else {
                    positions[field.responseKey] = fields.count
                    fields.append(
                        CollectedField(
                            responseKey: field.responseKey, field: field,
                            selections: field.selections.map { [$0] } ?? []))
                }
            case .inline(let fragment):
                guard isIncluded(fragment.directives), applies(fragment.typeCondition, to: type) else { continue }
                try collect(fragment.selections, on: type, into: &fields, positions: &positions, visited: &visited)
            case .spread(let spread):
                guard isIncluded(spread.directives), visited.insert(spread.name.text).inserted,
                    let fragment = fragments[spread.name.text], applies(fragment.typeCondition, to: type)
                else { continue }
                try collect(fragment.selections, on: type, into: &fields, positions: &positions, visited: &visited)
            }
        }
    }

    private func applies(_ condition: Name?, to type: ObjectType) -> Bool {
        guard let condition, condition.text != type.name else { return true }
        guard case .union(let union)? = schema.type(named: condition.text) else { return false }
        return union.members.contains { $0.name == type.name }
    }

    private func isIncluded(_ directives: [Directive]) -> Bool {
        for directive in directives {
            switch (directive.name.text, condition(of: directive)) {
            case ("skip", true), ("include", false): return false
            default: break
            }
        }
        return true
    }

    private func condition(of directive: Directive) -> Bool? {
        guard let value = directive.arguments.first(where: { $0.name.text == "if" })?.value else { return nil }
        switch value.kind {
        case .boolean(let value): return value
        case .variable(let name):
            if case .boolean(let value)? = variables[name] { return value }
            return nil
        default: return nil
        }
    }
}

extension Document {
    /// The operation to carry out.
    ///
    /// - Parameter name: may be left out, or empty, if there is only one.
    package func operation(named name: String?) throws(GraphQLError) -> Operation {
        let operations = operations
        if let name, !name.isEmpty {
            guard let operation = operations.first(where: { $0.name?.text == name }) else {
                throw GraphQLError("Unknown operation named \"\(name.prefix(200))\".")
            }
            return operation
        }
        guard let operation = operations.first else { throw GraphQLError("Must provide an operation.") }
        guard operations.count == 1 else {
            throw GraphQLError("Must provide operation name if query contains multiple operations.")
        }
        return operation
    }
}
