// SPDX-License-Identifier: Apache-2.0

package import DataModel

// Inside a read transaction.
extension InvertedIndexSchema {
    /// All live documents of the shard.
    ///
    /// - Throws: `IndexDamage`, `CancellationError`, and what `store` throws.
    package func allDocuments(
        in store: some OrderedReading, cancellation: Cancellation = .ofCurrentTask
    ) throws -> DocumentSet {
        try PostingReader(store: store, meter: WorkMeter(cancellation)).documents(IndexKey.prefix(.live))
    }

    /// How many live documents the shard has. O(1).
    package func documentCount(in store: some OrderedReading) throws -> Int { try store.documentCount() }

    /// The documents that fulfill `filter`.
    ///
    /// - Throws: `IndexDamage`, `CancellationError` within some ten milliseconds of a cancellation, and what `store` and `ids` throw.
    /// - Parameter wanted: so many suffice, the lowest ones; where it is no cheaper to find these there may be more.
    /// - Complexity: equality reads one chunk for each 65,536 documents; comparisons of single ints, numbers and dates read the fewer of
    ///   the terms in question and a block for each 512 documents; other comparisons, `Like` and lengths read the chunks of all terms in
    ///   question; a distance reads all coordinates; a condition through a reference looks at each target that fulfills the rest, or
    ///   at each object that is referred to, if those are fewer.
    package func documents(
        matching filter: ResolvedFilter, atLeast wanted: Int = .max, ids: some IDLookup, in store: some OrderedReading,
        cancellation: Cancellation = .ofCurrentTask
    ) throws -> DocumentSet {
        let meter = WorkMeter(cancellation)
        let evaluation = FilterEvaluation(reader: PostingReader(store: store, meter: meter), ids: ids, meter: meter)
        if let builder = try evaluation.collected(filter.root, atLeast: wanted) { return builder.build() }
        return try evaluation.documents(filter.root)
    }

    /// How many documents fulfill `filter`; otherwise as `documents(matching:)`.
    package func count(
        matching filter: ResolvedFilter, ids: some IDLookup, in store: some OrderedReading,
        cancellation: Cancellation = .ofCurrentTask
    ) throws -> Int {
        let meter = WorkMeter(cancellation)
        let evaluation = FilterEvaluation(reader: PostingReader(store: store, meter: meter), ids: ids, meter: meter)
        return try evaluation.collected(filter.root)?.count ?? evaluation.documents(filter.root).count
    }
}

/// Looks a resolved filter up.
struct FilterEvaluation<Store: OrderedReading, IDs: IDLookup> {
    let reader: PostingReader<Store>
    let ids: IDs
    let meter: WorkMeter

    /// What a single condition on values finds, before it is made a set; `nil` for all others.
    ///
    /// - Parameter wanted: so many suffice, the lowest ones.
    func collected(_ condition: ResolvedCondition, atLeast wanted: Int = .max) throws -> DocumentSetBuilder? {
        var builder = DocumentSetBuilder()
        switch condition {
        case .term(let property, let term):
            try reader.add(IndexKey.prefix(.term, property, term), atLeast: wanted, to: &builder)
        case .terms(let property, let range): try reader.add(property, in: range, atLeast: wanted, to: &builder)
        case .pattern(let property, let pattern):
            try reader.add(property, like: pattern, atLeast: wanted, to: &builder)
        case .and(let operands) where operands.count == 1: return try collected(operands[0], atLeast: wanted)
        default: return nil
        }
        return builder
    }

    func documents(_ condition: ResolvedCondition) throws -> DocumentSet {
        switch condition {
        case .and(let operands): return try intersection(operands)
        case .or(let operands): return try union(operands)
        case .not(let operand): return try documents(operand).complement(within: everything())
        case .term(let property, let term): return try reader.documents(IndexKey.prefix(.term, property, term))
        case .terms(let property, let range): return try reader.documents(property, in: range)
        case .tokens(let property, let range): return try reader.documents(property, range)
        case .pattern(let property, let pattern): return try reader.documents(property, like: pattern)
        case .present(let property): return try present(property)
        case .length(let property, let range):
            let terms = TermRange(
                lower: IndexTerm.length(Int(range.lowerBound)), upper: IndexTerm.length(Int(range.upperBound)))
            return try reader.documents(IndexKey.prefix(.length, property), terms)
        case .time(let which, let range): return try reader.documents(IndexKey.time(which), range)
        case .near(let property, let center, let distance):
            return try reader.documents(property, within: distance, of: center)
        case .refers(let property, let collection, let name, let condition):
            let targets = try ids.targets(in: collection, matching: ResolvedFilter(root: condition))
            return try reader.documents(property, referringTo: targets, of: name)
        case .ids(let wanted):
            return DocumentSet(
                try wanted.compactMap { id in
                    try meter.count()
                    return try ids.document(of: id)
                })
        case .idRange(let lower, let includesLower, let upper, let includesUpper):
            return try scanIDs(from: lower) { id in
                if let lower, id == lower, !includesLower { return .skip }
                guard let upper else { return .take }
                return id < upper || includesUpper && id == upper ? .take : .stop
            }
        case .idPattern(let pattern): return try documents(idLike: pattern)
        }
    }

    private func everything() throws -> DocumentSet { try reader.documents(IndexKey.prefix(.live)) }

    private func present(_ property: PropertyID) throws -> DocumentSet {
        try reader.documents(IndexKey.prefix(.present, property))
    }

    /// Complements are taken off what the others leave, so that they need no universe of their own.
    private func intersection(_ operands: [ResolvedCondition]) throws -> DocumentSet {
        var result: DocumentSet?
        var negated: [ResolvedCondition] = []
        for operand in operands {
            if case .not(let inner) = operand {
                negated.append(inner)
                continue
            }
            let found = try documents(operand)
            result = result?.intersection(found) ?? found
            if let result, result.isEmpty { return result }
        }
        var remaining = try result ?? everything()
        for operand in negated where !remaining.isEmpty { remaining.subtract(try documents(operand)) }
        return remaining
    }

    private func union(_ operands: [ResolvedCondition]) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        var result = DocumentSet()
        for operand in operands {
            if case .term(let property, let term) = operand {
                // A list of many values is the common case; their chunks need no sets of their own.
                try reader.add(IndexKey.prefix(.term, property, term), to: &builder)
            } else {
                result.formUnion(try documents(operand))
            }
        }
        result.formUnion(builder.build())
        return result
    }

    private enum Step {
        case take, skip, stop
    }

    private func scanIDs(from start: ObjectID?, _ step: (ObjectID) throws -> Step) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        try ids.scanIDs(from: start ?? ObjectID(high: 0, low: 0)) { id, document in
            try meter.count()
            switch try step(id) {
            case .take: builder.add(document)
            case .skip: break
            case .stop: return false
            }
            return true
        }
        return builder.build()
    }

    private func documents(idLike pattern: WildcardPattern) throws -> DocumentSet {
        let prefix = pattern.literalPrefix
        // The first id whose text begins with the prefix, if any does.
        var text = Array("00000000-0000-0000-0000-000000000000".utf8)
        guard prefix.count <= text.count else { return DocumentSet() }
        text.replaceSubrange(0..<prefix.count, with: prefix)
        guard let start = ObjectID(String(decoding: text, as: UTF8.self)) else { return DocumentSet() }
        return try scanIDs(from: start) { id in
            let text = Array(id.description.utf8)
            guard text.starts(with: prefix) else { return .stop }
            return try pattern.matches(text, meter) ? .take : .skip
        }
    }
}
