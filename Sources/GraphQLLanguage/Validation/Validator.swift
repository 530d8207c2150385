// SPDX-License-Identifier: Apache-2.0

/// Holds a document against a schema (GraphQL, October 2021, section 5), in graphql-go's words and order of errors.
///
/// It goes through each definition once. What concerns a whole operation (variables) or the whole document (unused
/// fragments) follows at the end, sorted in where graphql-go reports it: behind what was found inside.
struct Validator {
    /// A variable where it is used.
    struct VariableUsage {
        var name: String
        var offset: Int
        /// The type that the location expects; `nil` where that is not known because of another error.
        var type: TypeReference?
    }

    /// What the walk through one definition found.
    struct Findings {
        var errors: [GraphQLError] = []
        var usages: [VariableUsage] = []
        var spreads: [Name] = []
    }

    let document: Document
    let schema: Schema
    let limits: GraphQLLimits
    let literals: LiteralCoercion
    let fragments: [String: Fragment]
    /// Of the definition that is walked through.
    var current = Findings()
    var remainingComparisons: Int
    var exceededLimit: GraphQLError?
    /// Selection sets that were looked at together and found consistent, or are being looked at.
    var consistentMerges: Set<Merge> = []
    var argumentsTable = ArgumentsTable()
    var cancellation = CancellationProbe()
    /// Fragments contain each other in a cycle: nothing must follow them then.
    private(set) var hasCycles = false
    private var remainingSuggestions = 10

    init(_ document: Document, schema: Schema, limits: GraphQLLimits) {
        self.document = document
        self.schema = schema
        self.limits = limits
        literals = LiteralCoercion(source: document.source, echoedBytes: limits.echoedBytes)
        fragments = Dictionary(
            document.fragments.map { ($0.name.text, $0) }, uniquingKeysWith: { first, _ in first })
        remainingComparisons = limits.comparisons
    }

    mutating func errors() -> [GraphQLError] {
        var findings: [Findings] = []
        var operationNames: [String: Name] = [:]
        var fragmentNames: [String: Name] = [:]
        let cycleErrors = findCycles()
        if let error = nestingError() { return [error] }
        let operationCount = document.operations.count
        for (index, definition) in document.definitions.enumerated() {
            if exceededLimit != nil { break }
            current = Findings()
            switch definition {
            case .operation(let operation):
                if operation.name == nil, operationCount > 1 {
                    report("This anonymous operation must be the only defined operation.", at: operation.offset)
                }
                if let name = operation.name {
                    reportRepeated(name, among: &operationNames, as: "There can only be one operation named")
                }
                walk(operation)
            case .fragment(let fragment):
                walkCondition(ofFragment: fragment)
                current.errors += cycleErrors[index] ?? []
                reportRepeated(fragment.name, among: &fragmentNames, as: "There can only be one fragment named")
                walk(fragment)
            }
            findings.append(current)
        }
        var errors: [GraphQLError] = []
        let used = addVariableErrors(to: &findings)
        for found in findings { errors += found.errors }
        for fragment in document.fragments where !used.contains(fragment.name.text) {
            errors.append(GraphQLError("Fragment \"\(fragment.name.text)\" is never used.", at: fragment.offset))
        }
        if let exceededLimit { errors.insert(exceededLimit, at: 0) }
        return Array(errors.prefix(limits.errors))
    }

    /// The cycles of fragments, by the position of the definition they are reported at.
    private mutating func findCycles() -> [Int: [GraphQLError]] {
        var finder = CycleFinder(fragments: fragments)
        var errors: [Int: [GraphQLError]] = [:]
        for (index, definition) in document.definitions.enumerated() {
            guard case .fragment(let fragment) = definition else { continue }
            errors[index] = finder.errors(from: fragment)
            hasCycles = hasCycles || errors[index]?.isEmpty == false
        }
        return errors
    }

    /// The error of a document that nests too deep once its fragments are expanded.
    private func nestingError() -> GraphQLError? {
        if hasCycles { return nil }
        var depth = NestingDepth(fragments: fragments, limit: limits.depth)
        for definition in document.definitions {
            let (selections, offset) =
                switch definition {
                case .operation(let operation): (operation.selections, operation.offset)
                case .fragment(let fragment): (fragment.selections, fragment.offset)
                }
            if depth.exceedsLimit(selections) {
                return GraphQLError(
                    "Nesting is deeper than \(limits.depth) levels with fragments expanded; write the query flatter",
                    at: offset)
            }
        }
        return nil
    }

    mutating func report(_ message: String, at offsets: Int...) {
        guard current.errors.count < limits.errors else { return }
        current.errors.append(GraphQLError(message, at: offsets))
    }

    /// What else `name` may have meant; nothing any more after the first few errors, for it costs the most of them.
    mutating func suggestion(for name: String, among options: () -> [String]) -> String {
        guard remainingSuggestions > 0 else { return "" }
        remainingSuggestions -= 1
        return Suggestions.text(for: name, among: options())
    }

    mutating func reportRepeated(_ name: Name, among known: inout [String: Name], as message: String) {
        if let first = known[name.text] {
            report("\(message) \"\(name.text)\".", at: first.offset, name.offset)
        } else {
            known[name.text] = name
        }
    }

    // MARK: Definitions

    private mutating func walk(_ operation: Operation) {
        var names: [String: Name] = [:]
        for variable in operation.variables {
            let type = schema.type(variable.type)
            if let value = variable.defaultValue, let type { checkDefault(value, of: variable, type: type) }
            reportRepeated(variable.name, among: &names, as: "There can only be one variable named")
            if let type, !type.namedType.isInput {
                report(
                    "Variable \"$\(variable.name.text)\" cannot be non-input type \"\(variable.type)\".",
                    at: variable.type.innermostName.offset)
            }
            checkTypeName(variable.type.innermostName)
        }
        walk(operation.directives, on: .operation)
        walk(operation.selections, on: operation.kind == .query ? .object(schema.query) : nil)
    }

    private mutating func checkDefault(_ value: Value, of variable: VariableDefinition, type: TypeReference) {
        let name = variable.name.text
        if case .nonNull(let inner) = type {
            report(
                "Variable \"$\(name)\" of type \"\(type)\" is required and will not use the default value. "
                    + "Perhaps you meant to use type \"\(inner)\".", at: value.offset)
            return
        }
        let problems = literals.problems(of: value, as: type)
        if !problems.isEmpty {
            report(
                "Variable \"$\(name)\" has invalid default value: \(literals.text(of: value)).\n"
                    + problems.joined(separator: "\n"), at: value.offset)
        }
    }

    private mutating func walkCondition(ofFragment fragment: Fragment) {
        if let type = schema.type(named: fragment.typeCondition.text), !type.isComposite {
            report(
                "Fragment \"\(fragment.name.text)\" cannot condition on non composite type \"\(type.name)\".",
                at: fragment.typeCondition.offset)
        }
    }

    private mutating func walk(_ fragment: Fragment) {
        checkTypeName(fragment.typeCondition)
        walk(fragment.directives, on: .fragment)
        walk(fragment.selections, on: composite(named: fragment.typeCondition.text))
    }

    // MARK: Names

    mutating func checkTypeName(_ name: Name) {
        guard schema.type(named: name.text) == nil else { return }
        let types = schema
        let suggestion = suggestion(for: name.text, among: { Array(types.types.keys) })
        report("Unknown type \"\(name.text)\".\(suggestion)", at: name.offset)
    }

    /// The type of this name, if fields can be selected from it.
    func composite(named name: String) -> NamedType? {
        guard let type = schema.type(named: name), type.isComposite else { return nil }
        return type
    }

    // MARK: Variables

    /// Adds what is wrong with the variables of each operation.
    ///
    /// - Returns: the names of all fragments that an operation reaches.
    private mutating func addVariableErrors(to findings: inout [Findings]) -> Set<String> {
        var byFragment: [String: Findings] = [:]
        for (definition, found) in zip(document.definitions, findings) {
            if case .fragment(let fragment) = definition, byFragment[fragment.name.text] == nil {
                byFragment[fragment.name.text] = found
            }
        }
        var used: Set<String> = []
        for (index, definition) in document.definitions.enumerated() {
            guard case .operation(let operation) = definition else { continue }
            var reached: Set<String> = []
            var usages = findings[index].usages
            var pending = findings[index].spreads
            while let spread = pending.popLast() {
                guard reached.insert(spread.text).inserted, let found = byFragment[spread.text] else { continue }
                usages += found.usages
                pending += found.spreads
            }
            used.formUnion(reached)
            guard spendComparisons(usages.count, at: operation.offset) else { break }
            current = findings[index]
            check(usages, of: operation)
            findings[index] = current
        }
        return used
    }

    private mutating func check(_ usages: [VariableUsage], of operation: Operation) {
        let definitions = Dictionary(
            operation.variables.map { ($0.name.text, $0) }, uniquingKeysWith: { first, _ in first })
        for usage in usages where definitions[usage.name] == nil {
            let operationName = operation.name.map { " by operation \"\($0.text)\"" } ?? ""
            report("Variable \"$\(usage.name)\" is not defined\(operationName).", at: usage.offset, operation.offset)
        }
        let names = Set(usages.map(\.name))
        for variable in operation.variables where !names.contains(variable.name.text) {
            let operationName = operation.name.map { " in operation \"\($0.text)\"" } ?? ""
            report("Variable \"$\(variable.name.text)\" is never used\(operationName).", at: variable.offset)
        }
        for usage in usages {
            guard let definition = definitions[usage.name], let expected = usage.type,
                var given = schema.type(definition.type)
            else { continue }
            if definition.defaultValue != nil, !given.isNonNull { given = .nonNull(given) }
            if !isUsable(given, as: expected) {
                report(
                    "Variable \"$\(usage.name)\" of type \"\(definition.type)\" used in position expecting type \"\(expected)\".",
                    at: definition.offset, usage.offset)
            }
        }
    }

    /// Whether a variable of type `given` may stand where `expected` is asked for.
    ///
    /// The scalars of arguments that take one value or many also take variables of the standard types.
    private func isUsable(_ given: TypeReference, as expected: TypeReference) -> Bool {
        switch (given, expected) {
        case (.nonNull(let given), .nonNull(let expected)): return isUsable(given, as: expected)
        case (_, .nonNull): return false
        case (.nonNull(let given), _): return isUsable(given, as: expected)
        case (.list(let given), .list(let expected)): return isUsable(given, as: expected)
        case (_, .list): return false
        case (_, .named(let type)):
            guard case .scalar(let scalar) = type else {
                if case .named(let given) = given { return given.name == type.name }
                return false
            }
            return isUsable(given, as: scalar)
        }
    }

    private func isUsable(_ given: TypeReference, as scalar: ScalarType) -> Bool {
        switch scalar.shape {
        case .any: return true
        case .oneOrMore(let element):
            var inner = given
            if case .list(let element) = inner { inner = element.nullable }
            guard case .named(.scalar(let type)) = inner else { return false }
            if type.name == scalar.name { return true }
            switch (element, type.shape) {
            case (.int, .int), (.float, .int), (.float, .float), (.string, .string), (.string, .id),
                (.boolean, .boolean):
                return true
            default: return false
            }
        case .int, .float, .string, .boolean, .id:
            if case .named(let given) = given { return given.name == scalar.name }
            return false
        }
    }
}

extension Document {
    /// What is wrong with the document when it is asked of `schema`, in the order of the text; empty if it can be carried out.
    ///
    /// - Complexity: linear in the document, but for selections that repeat keys, whose comparisons are limited.
    package func validate(against schema: Schema, limits: GraphQLLimits = .init()) -> [GraphQLError] {
        var validator = Validator(self, schema: schema, limits: limits)
        return validator.errors()
    }
}
