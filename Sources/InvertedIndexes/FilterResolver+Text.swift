// SPDX-License-Identifier: Apache-2.0

internal import DataModel

// Texts, ids and times: what is compared by text, or with several kinds of value.
extension FilterResolver {
    func resolveText(_ condition: FilterCondition, _ property: IndexedProperty) throws -> ResolvedCondition {
        switch condition.value {
        case .text(let text): return try resolveText(condition.comparison, text, property)
        case .texts(let texts): return try resolveTexts(condition.comparison, texts, property)
        default: return .nothing
        }
    }

    private func resolveText(
        _ comparison: FilterComparison, _ text: String, _ property: IndexedProperty
    ) throws -> ResolvedCondition {
        try checkLength(of: text)
        if comparison == .like {
            let patterns = property.tokenizer.patterns(of: text)
            guard !patterns.isEmpty else { throw FilterError(.onlyStopWords) }
            return .and(try unique(patterns).map { Self.like($0, property.id) })
        }
        let terms = try terms(of: text, property)
        guard !terms.isEmpty else { throw FilterError(.onlyStopWords) }
        let equals = terms.map { ResolvedCondition.term(property.id, $0.bytes) }
        switch comparison {
        case .equal: return .and(equals)
        case .notEqual: return .not(.or(equals))
        default: return .and(terms.compactMap { comparison.tokenRange($0) }.map { .tokens(property.id, $0) })
        }
    }

    private static func like(_ pattern: [UInt8], _ property: PropertyID) -> ResolvedCondition {
        let wildcards = WildcardPattern(pattern)
        return wildcards.isLiteral ? .term(property, TextTerm(pattern).bytes) : .pattern(property, wildcards)
    }

    private func resolveTexts(
        _ comparison: FilterComparison, _ texts: [String], _ property: IndexedProperty
    ) throws -> ResolvedCondition {
        let isAny = comparison == .containsAny
        var values: [ResolvedCondition] = []
        for text in texts {
            let terms = try terms(of: text, property)
            if terms.isEmpty, isAny { continue }
            guard !terms.isEmpty else { throw FilterError(.onlyStopWords) }
            values.append(.and(terms.map { .term(property.id, $0.bytes) }))
        }
        if isAny, values.isEmpty, !texts.isEmpty { throw FilterError(.onlyStopWords) }
        return switch comparison {
        case .containsAny: .or(values)
        case .containsAll: .and(values)
        default: .not(.or(values))
        }
    }

    private func checkLength(of text: String) throws {
        try meter.count(text.utf8.count)
        guard text.utf8.count <= limits.maximumTextBytes else {
            throw FilterError(.textTooLong(limit: limits.maximumTextBytes))
        }
    }

    /// The different tokens of a value.
    private func terms(of text: String, _ property: IndexedProperty) throws -> [TextTerm] {
        try checkLength(of: text)
        let stopWords = property.stopWords ?? schema.settings.stopWords
        let tokens = property.tokenizer.queryTokenBytes(of: text, without: stopWords)
        return try unique(tokens).map { token in
            try meter.count(WorkMeter.lookUp + token.count)
            return TextTerm(token)
        }
    }

    /// Without repeats, in order.
    private func unique(_ tokens: [[UInt8]]) throws -> [[UInt8]] {
        try budget.take(tokens.count)
        var seen: Set<[UInt8]> = []
        return try tokens.filter { token in
            try meter.count(WorkMeter.lookUp + token.count)
            return seen.insert(token).inserted
        }
    }

    // MARK: Ids

    func resolveID(_ condition: FilterCondition) throws -> ResolvedCondition {
        guard condition.value.valueName == "valueText" else { throw FilterError(.identifierWithWrongValue) }
        let wantsList = [.containsAny, .containsAll, .containsNone].contains(condition.comparison)
        guard wantsList == condition.value.isList else {
            throw FilterError(
                wantsList
                    ? .wrongListness(expected: "[]string", received: "string")
                    : .wrongListness(expected: "string", received: "[]string"))
        }
        let texts = condition.value.elements.compactMap { if case .text(let text) = $0 { text } else { nil } }
        let ids = texts.map { ObjectID($0) }
        switch condition.comparison {
        case .equal, .containsAny: return .ids(ids.compactMap { $0 })
        case .notEqual, .containsNone: return .not(.ids(ids.compactMap { $0 }))
        case .containsAll:
            guard let first = ids.first, let first else { return ids.isEmpty ? .everything : .nothing }
            return ids.allSatisfy { $0 == first } ? .ids([first]) : .nothing
        case .greaterThan, .greaterThanEqual, .lessThan, .lessThanEqual:
            guard let id = ids.first, let id, let bounds = condition.comparison.bounds(id) else { return .nothing }
            return .idRange(
                lower: bounds.lower, includesLower: bounds.isInclusive, upper: bounds.upper,
                includesUpper: bounds.isInclusive)
        case .like:
            try checkLength(of: texts.first ?? "")
            return .idPattern(WildcardPattern(Array(Tokenizer.lowercased(texts.first ?? "").utf8)))
        case .isNull, .withinGeoRange:
            throw FilterError(.operatorNotAllowed(comparison: condition.comparison.wireName, type: "id"))
        }
    }

    // MARK: Times

    func resolveTime(_ which: DocumentTime, _ condition: FilterCondition) throws -> ResolvedCondition {
        guard schema.settings.indexTimestamps else { throw FilterError(.timestampsNotIndexed) }
        guard ["valueDate", "valueText"].contains(condition.value.valueName) else {
            throw FilterError(
                .wrongValueType(given: condition.value.valueName, type: "date", expected: "valueDate"))
        }
        let wantsList = [.containsAny, .containsAll, .containsNone].contains(condition.comparison)
        guard wantsList == condition.value.isList else {
            throw FilterError(
                wantsList
                    ? .wrongListness(expected: "[]date", received: "date")
                    : .wrongListness(expected: "date", received: "[]date"))
        }
        let terms = try condition.value.elements.map { IndexTerm.int(try Self.milliseconds($0)) }
        if let term = terms.first, let range = condition.comparison.termRange(term) { return .time(which, range) }
        let equals = terms.map { ResolvedCondition.time(which, TermRange(lower: $0, upper: $0)) }
        switch condition.comparison {
        case .equal, .containsAny: return .or(equals)
        case .notEqual, .containsNone: return .not(.or(equals))
        case .containsAll: return .and(equals)
        default:
            throw FilterError(.operatorNotAllowed(comparison: condition.comparison.wireName, type: "date"))
        }
    }

    /// Since 1970, fractions dropped: of digits, which are milliseconds already, or of an RFC 3339 text.
    private static func milliseconds(_ value: FilterValue) throws(FilterError) -> Int64 {
        switch value {
        case .text(let text):
            if let milliseconds = Int64(text) { return milliseconds }
            if let instant = Instant(text) { return milliseconds(instant) }
            throw FilterError(.invalidTimestamp(text))
        case .date(let text):
            guard let instant = Instant(text) else { throw FilterError(.invalidDate(text)) }
            return milliseconds(instant)
        default: throw FilterError(.identifierWithWrongValue)
        }
    }

    private static func milliseconds(_ instant: Instant) -> Int64 {
        instant.seconds * 1000 + Int64(instant.nanoseconds / 1_000_000)
    }
}
