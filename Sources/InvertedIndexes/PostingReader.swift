// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Reads sets of documents out of a shard's entries. Throws `CancellationError` when the meter's caller is cancelled.
struct PostingReader<Store: OrderedReading> {
    let store: Store
    let meter: WorkMeter

    /// The documents of all chunks under one posting key.
    func documents(_ prefix: [UInt8]) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        try add(prefix, to: &builder)
        return builder.build()
    }

    /// Adds the documents of the chunks under one posting key.
    ///
    /// - Parameters:
    ///   - first: the chunk to begin with.
    ///   - wanted: so many suffice, the lowest ones.
    func add(
        _ prefix: [UInt8], from first: UInt16 = 0, atLeast wanted: Int = .max, to builder: inout DocumentSetBuilder
    ) throws {
        try meter.count()
        // From the prefix itself, a key without a chunk is found too, and told of.
        try store.scan(prefix: prefix, from: first == 0 ? prefix : IndexKey.chunk(prefix, first)) { key, value in
            try meter.count(WorkMeter.lookUp + value.byteCount)
            try builder.add(key, value)
            return wanted == .max || builder.count < wanted
        }
    }

    /// The documents that have a token in `range`.
    func documents(_ property: PropertyID, _ range: TokenRange) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        let prefix = IndexKey.prefix(.term, property)
        // Cut terms with the same beginning are in the order of their hashes, so the scan begins with the first of them.
        let start =
            prefix + (range.lower.map { Array($0.bytes.prefix($0.byteCountBeforeHash ?? $0.bytes.count)) } ?? [])
        try store.scan(prefix: prefix, from: start) { key, value in
            try meter.count(WorkMeter.lookUp + value.byteCount)
            guard key.byteCount >= prefix.count + 4 else { throw IndexDamage.malformedEntry(key: key.bytes) }
            let term = prefix.count..<key.byteCount - 2
            if let upper = range.upper {
                let order = try compare(key, term, property, to: upper)
                if order > 0 || order == 0 && !range.includesUpper {
                    // Others with the beginning of a cut bound may still be below it.
                    return upper.byteCountBeforeHash.map {
                        key.compare(term.prefix($0), to: Array(upper.bytes[..<$0])) <= 0
                    } ?? false
                }
            }
            if let lower = range.lower {
                let order = try compare(key, term, property, to: lower)
                if order < 0 || order == 0 && !range.includesLower { return true }
            }
            try builder.add(key, value)
            return true
        }
        return builder.build()
    }

    /// The order of the token in a key to a bound: below 0, 0, or above 0.
    private func compare(
        _ key: RawSpan, _ term: Range<Int>, _ property: PropertyID, to bound: TextTerm
    ) throws -> Int {
        guard let beginning = bound.byteCountBeforeHash, term.count > beginning,
            key.compare(term.prefix(beginning), to: Array(bound.bytes[..<beginning])) == 0
        else { return key.compare(term, to: bound.bytes) }
        if key.compare(term, to: bound.bytes) == 0 { return 0 }
        let token = try longToken(property, key.bytes(in: term))
        return token.lexicographicallyPrecedes(bound.token) ? -1 : 1
    }

    private func longToken(_ property: PropertyID, _ term: [UInt8]) throws -> [UInt8] {
        let key = IndexKey.prefix(.longTerm, property, term)
        return try store.withValue(for: key) { span in
            guard let span else { throw IndexDamage.missingLongTerm(key: key) }
            try meter.count(WorkMeter.lookUp + span.byteCount)
            return span.bytes
        }
    }

    /// The documents that have a token like `pattern`.
    func documents(_ property: PropertyID, like pattern: WildcardPattern) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        try add(property, like: pattern, to: &builder)
        return builder.build()
    }

    /// Adds the documents that have a token like `pattern`.
    ///
    /// - Parameter wanted: so many suffice, the lowest ones.
    func add(
        _ property: PropertyID, like pattern: WildcardPattern, atLeast wanted: Int = .max,
        to builder: inout DocumentSetBuilder
    ) throws {
        let prefix = IndexKey.prefix(.term, property)
        let scanned = prefix + TextTerm.escapedBeginning(of: pattern.literalPrefix).escaped
        // The chunks of a term follow each other; it is matched once.
        var last: (term: [UInt8], isMatch: Bool)?
        // The terms with more than the lowest documents, where these may suffice.
        var others: [[UInt8]] = []
        try store.scan(prefix: scanned, from: scanned) { key, value in
            try meter.count(WorkMeter.lookUp + value.byteCount)
            guard let term = TextTerm.read(key, from: prefix.count), term.end == key.byteCount - 2 else {
                throw IndexDamage.malformedEntry(key: key.bytes)
            }
            let isMatch: Bool
            if let last, key.compare(prefix.count..<term.end, to: last.term) == 0 {
                isMatch = last.isMatch
            } else {
                let bytes = key.bytes(in: prefix.count..<term.end)
                isMatch = try pattern.matches(term.isCut ? try longToken(property, bytes) : term.token, meter)
                last = (bytes, isMatch)
            }
            guard isMatch else { return true }
            if wanted == .max || key.lastUInt16 == 0 {
                try builder.add(key, value)
            } else if let term = last?.term, others.last != term {
                others.append(term)
            }
            return true
        }
        guard !others.isEmpty, builder.count < wanted else { return }
        for term in others { try add(prefix + term, from: 1, to: &builder) }
    }

    /// The documents whose coordinates are within `distance` meters of `center`.
    func documents(
        _ property: PropertyID, within distance: Float, of center: GeoCoordinates
    ) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        let prefix = IndexKey.prefix(.coordinates, property)
        try store.scan(prefix: prefix, from: prefix) { key, value in
            try meter.count(WorkMeter.lookUp + value.byteCount)
            guard key.byteCount == prefix.count + 3 else { throw IndexDamage.malformedEntry(key: key.bytes) }
            let chunk = UInt32(key.byte(at: prefix.count)) << 16 | UInt32(key.lastUInt16)
            let first = chunk &* UInt32(IndexKey.documentsPerCoordinateChunk)
            let isWhole = CoordinateChunk.visit(value) { offset, coordinates in
                if coordinates.distance(to: center) <= distance { builder.add(DocumentID(first &+ UInt32(offset))) }
            }
            guard isWhole else { throw IndexDamage.malformedEntry(key: key.bytes) }
            return true
        }
        return builder.build()
    }

    /// The documents that refer to one of `targets`, as objects of `collection` or without saying of which.
    ///
    /// - Complexity: O(min(t, r) log n) for t targets, and r different objects that are referred to.
    func documents(
        _ property: PropertyID, referringTo targets: any ReferenceTargets, of collection: String
    ) throws -> DocumentSet {
        var builder = DocumentSetBuilder()
        let prefix = IndexKey.prefix(.referenceTarget, property)
        let names = [IndexTerm.text(collection).bytes, IndexTerm.text("").bytes]
        // Most documents refer to a few objects; where more objects than documents are in question, the references are fewer.
        if try targets.count > store.documentCount() {
            var last: (id: ObjectID, isTarget: Bool)?
            try scanReferences(prefix, from: prefix, of: names) { id, key, value in
                if last?.id != id { last = (id, try targets.contains(id)) }
                if last?.isTarget == true { try builder.add(key, value) }
            }
            return builder.build()
        }
        var ids: [ObjectID] = []
        ids.reserveCapacity(targets.count)
        try targets.forEach { id in
            try meter.count(WorkMeter.lookUp)
            ids.append(id)
        }
        // In the order of the keys, so that neighbors are found in the same pages.
        ids.sort()
        for id in ids {
            try meter.count(WorkMeter.lookUp)
            let prefix = prefix + IndexTerm.uuid(id)
            try scanReferences(prefix, from: prefix, of: names) { _, key, value in
                try builder.add(key, value)
            }
        }
        return builder.build()
    }

    /// Visits the postings below `prefix` of references that name one of these collections.
    private func scanReferences(
        _ prefix: [UInt8], from start: [UInt8], of names: [[UInt8]],
        _ body: (ObjectID, _ key: RawSpan, _ value: RawSpan) throws -> Void
    ) throws {
        // The kind of entry, the property, the id.
        let endOfID = 3 + 16
        try store.scan(prefix: prefix, from: start) { key, value in
            try meter.count(WorkMeter.lookUp + value.byteCount)
            guard key.byteCount >= endOfID + 4 else { throw IndexDamage.malformedEntry(key: key.bytes) }
            let name = endOfID..<key.byteCount - 2
            guard names.contains(where: { key.compare(name, to: $0) == 0 }) else { return true }
            let id = ObjectID(high: key.bigEndianUInt64(at: 3), low: key.bigEndianUInt64(at: 11))
            try body(id, key, value)
            return true
        }
    }
}
