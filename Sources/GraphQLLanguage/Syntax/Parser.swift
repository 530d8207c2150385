// SPDX-License-Identifier: Apache-2.0

/// Reads a document by recursive descent with one token of lookahead; errors are worded as graphql-go's.
///
/// As there, the literal `null` is a syntax error.
struct Parser {
    let limits: GraphQLLimits
    var lexer: Lexer
    var token = Token(kind: .end, range: 0..<0)
    var depth = 0
    private(set) var nodes = 0
    private var numbers = 0
    private var cancellation = CancellationProbe()

    init(_ source: SourceText, limits: GraphQLLimits) {
        self.limits = limits
        lexer = Lexer(source, echoedBytes: limits.echoedBytes)
    }

    var source: SourceText { lexer.source }

    mutating func document() throws(GraphQLError) -> Document {
        try advance()
        var definitions: [Document.Definition] = []
        repeat {
            guard definitions.count < limits.definitions else {
                throw lexer.error(
                    "More than \(limits.definitions) operations and fragments; split the document",
                    at: token.range.lowerBound)
            }
            definitions.append(try definition())
        } while token.kind != .end
        return Document(source: source, definitions: definitions, nodeCount: nodes)
    }

    private mutating func definition() throws(GraphQLError) -> Document.Definition {
        if token.kind == .braceLeft {
            let offset = token.range.lowerBound
            return .operation(
                Operation(
                    kind: .query, name: nil, variables: [], directives: [], selections: try selectionSet(),
                    offset: offset))
        }
        guard token.kind == .name else { throw unexpected() }
        let word = source.text(token.range)
        if word == "fragment" { return .fragment(try fragment()) }
        guard let kind = Operation.Kind(rawValue: word) else { throw unexpected() }
        return .operation(try operation(kind))
    }

    private mutating func operation(_ kind: Operation.Kind) throws(GraphQLError) -> Operation {
        let offset = token.range.lowerBound
        try advance()
        let name = token.kind == .name ? try self.name() : nil
        var variables: [VariableDefinition] = []
        if token.kind == .parenthesisLeft {
            try advance()
            repeat {
                variables.append(try variableDefinition())
            } while token.kind != .parenthesisRight
            try advance()
        }
        return Operation(
            kind: kind, name: name, variables: variables, directives: try directives(),
            selections: try selectionSet(), offset: offset)
    }

    private mutating func variableDefinition() throws(GraphQLError) -> VariableDefinition {
        let offset = token.range.lowerBound
        try count(at: offset)
        try expect(.dollar)
        let name = try self.name()
        try expect(.colon)
        let type = try self.type()
        var defaultValue: Value?
        if token.kind == .equals {
            try advance()
            defaultValue = try value(isConstant: true)
        }
        return VariableDefinition(name: name, type: type, defaultValue: defaultValue, offset: offset)
    }

    private mutating func type() throws(GraphQLError) -> TypeSyntax {
        try enter()
        defer { depth -= 1 }
        var type: TypeSyntax
        if token.kind == .bracketLeft {
            try advance()
            type = .list(try self.type())
            try expect(.bracketRight)
        } else {
            type = .named(try name())
        }
        if token.kind == .bang {
            try advance()
            type = .nonNull(type)
        }
        return type
    }

    private mutating func fragment() throws(GraphQLError) -> Fragment {
        let offset = token.range.lowerBound
        try advance()
        if token.kind == .name, source.text(token.range) == "on" { throw unexpected() }
        let name = try self.name()
        try expectKeyword("on")
        return Fragment(
            name: name, typeCondition: try self.name(), directives: try directives(), selections: try selectionSet(),
            offset: offset)
    }

    // MARK: Selections

    private mutating func selectionSet() throws(GraphQLError) -> SelectionSet {
        try enter()
        defer { depth -= 1 }
        let offset = token.range.lowerBound
        try expect(.braceLeft)
        var selections: [Selection] = []
        repeat {
            selections.append(try selection())
        } while token.kind != .braceRight
        try advance()
        return SelectionSet(selections: selections, offset: offset)
    }

    private mutating func selection() throws(GraphQLError) -> Selection {
        let offset = token.range.lowerBound
        try count(at: offset)
        guard token.kind == .spread else { return .field(try field()) }
        try advance()
        var condition: Name?
        if token.kind == .name {
            let name = try self.name()
            if name.text != "on" {
                return .spread(FragmentSpread(name: name, directives: try directives(), offset: offset))
            }
            condition = try self.name()
        }
        return .inline(
            InlineFragment(
                typeCondition: condition, directives: try directives(), selections: try selectionSet(),
                offset: offset))
    }

    private mutating func field() throws(GraphQLError) -> Field {
        var name = try self.name()
        let offset = name.offset
        var alias: Name?
        if token.kind == .colon {
            try advance()
            alias = name
            name = try self.name()
        }
        return Field(
            alias: alias, name: name, arguments: try arguments(), directives: try directives(),
            selections: token.kind == .braceLeft ? try selectionSet() : nil, offset: offset)
    }

    private mutating func arguments() throws(GraphQLError) -> [Argument] {
        guard token.kind == .parenthesisLeft else { return [] }
        try advance()
        var arguments: [Argument] = []
        repeat {
            let name = try self.name()
            try count(at: name.offset)
            try expect(.colon)
            arguments.append(Argument(name: name, value: try value(isConstant: false), offset: name.offset))
        } while token.kind != .parenthesisRight
        try advance()
        return arguments
    }

    private mutating func directives() throws(GraphQLError) -> [Directive] {
        var directives: [Directive] = []
        while token.kind == .at {
            let offset = token.range.lowerBound
            try count(at: offset)
            try advance()
            directives.append(Directive(name: try name(), arguments: try arguments(), offset: offset))
        }
        return directives
    }

    // MARK: Values

    private mutating func value(isConstant: Bool) throws(GraphQLError) -> Value {
        let range = token.range
        try count(at: range.lowerBound)
        switch token.kind {
        case .bracketLeft: return try list(isConstant: isConstant)
        case .braceLeft: return try object(isConstant: isConstant)
        case .int:
            try advance()
            return Value(kind: .int, range: range)
        case .float:
            try advance()
            return Value(kind: .float, range: range)
        case .string, .blockString:
            let literal = StringLiteral(
                contents: token.contents, hasEscapes: token.hasEscapes, isBlock: token.kind == .blockString)
            try advance()
            return Value(kind: .string(literal), range: range)
        case .name:
            let word = source.text(range)
            if word == "null" { throw unexpected() }
            try advance()
            if word == "true" || word == "false" { return Value(kind: .boolean(word == "true"), range: range) }
            return Value(kind: .enumeration(word), range: range)
        case .dollar where !isConstant:
            try advance()
            let name = try self.name()
            let end = name.offset + name.text.utf8.count
            return Value(kind: .variable(name.text), range: range.lowerBound..<end)
        default:
            throw unexpected()
        }
    }

    private mutating func list(isConstant: Bool) throws(GraphQLError) -> Value {
        let start = token.range.lowerBound
        if let (list, end) = NumberScanner.list(in: source.bytes.span, at: start, limit: limits.numbers - numbers) {
            numbers += list.values.count
            lexer.position = end
            try advance()
            return Value(kind: .numbers(list), range: start..<end)
        }
        try enter()
        defer { depth -= 1 }
        try advance()
        var elements: [Value] = []
        while token.kind != .bracketRight { elements.append(try value(isConstant: isConstant)) }
        let end = token.range.upperBound
        try advance()
        return Value(kind: .list(elements), range: start..<end)
    }

    private mutating func object(isConstant: Bool) throws(GraphQLError) -> Value {
        let start = token.range.lowerBound
        try enter()
        defer { depth -= 1 }
        try advance()
        var fields: [ObjectField] = []
        while token.kind != .braceRight {
            let name = try self.name()
            try expect(.colon)
            fields.append(ObjectField(name: name, value: try value(isConstant: isConstant)))
        }
        let end = token.range.upperBound
        try advance()
        return Value(kind: .object(fields), range: start..<end)
    }

    // MARK: Plumbing

    private mutating func advance() throws(GraphQLError) {
        token = try lexer.next()
    }

    private mutating func name() throws(GraphQLError) -> Name {
        let range = token.range
        guard token.kind == .name else { throw expected("Name") }
        guard range.count <= limits.echoedBytes * 2 else {
            throw lexer.error(
                "Name of \(range.count) bytes; at most \(limits.echoedBytes * 2) are allowed", at: range.lowerBound)
        }
        try advance()
        return Name(text: source.text(range), offset: range.lowerBound)
    }

    private mutating func expect(_ kind: Token.Kind) throws(GraphQLError) {
        guard token.kind == kind else { throw expected(kind.description) }
        try advance()
    }

    private mutating func expectKeyword(_ word: String) throws(GraphQLError) {
        guard token.kind == .name, source.text(token.range) == word else { throw expected("\"\(word)\"") }
        try advance()
    }

    private mutating func enter() throws(GraphQLError) {
        guard depth < limits.depth else {
            throw lexer.error(
                "Nesting is deeper than \(limits.depth) levels; write the query flatter", at: token.range.lowerBound)
        }
        depth += 1
    }

    private mutating func count(at offset: Int) throws(GraphQLError) {
        nodes += 1
        if cancellation.isCancelled() { throw .cancelled }
        guard nodes <= limits.nodes else {
            throw lexer.error("More than \(limits.nodes) fields and values; split the query", at: offset)
        }
    }

    private func expected(_ description: String) -> GraphQLError {
        lexer.error("Expected \(description), found \(tokenDescription)", at: token.range.lowerBound)
    }

    private func unexpected() -> GraphQLError {
        lexer.error("Unexpected \(tokenDescription)", at: token.range.lowerBound)
    }

    /// The token with its text, cut where it is long.
    private var tokenDescription: String {
        switch token.kind {
        case .name, .int, .float:
            return "\(token.kind.description) \"\(source.shortText(token.range, limit: limits.echoedBytes))\""
        case .string, .blockString:
            let contents = source.shortText(token.contents, limit: limits.echoedBytes)
            return "\(token.kind.description) \"\(contents)\""
        default: return token.kind.description
        }
    }
}

extension Document {
    /// Reads `source`.
    ///
    /// - Throws: the first syntax error, or the first limit exceeded, with an excerpt of the text.
    /// - Complexity: linear in the length of the text.
    package init(parsing source: SourceText, limits: GraphQLLimits = .init()) throws(GraphQLError) {
        var parser = Parser(source, limits: limits)
        self = try parser.document()
    }
}

extension SourceText {
    /// The text of `range`, cut to about `limit` bytes at a whole character.
    func shortText(_ range: Range<Int>, limit: Int) -> String {
        guard range.count > limit else { return text(range) }
        var end = range.lowerBound + limit
        while end > range.lowerBound, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return text(range.lowerBound..<end) + "..."
    }
}
