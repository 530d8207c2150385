// SPDX-License-Identifier: Apache-2.0

internal import DataModel

// Batches as runs, and runs as batches.
extension PostingBatch {
    /// Everything collected, as a run; nil if nothing was. The batch stays as it is.
    ///
    /// - Complexity: O(n log n) for n edited entries.
    package func encodedRun() -> [UInt8]? {
        var run = PostingRunBuilder(entryCount: postings.count + frequencies.count + 64)
        addPostings(to: &run)
        addCounts(to: &run)
        addCoordinates(to: &run)
        addSlices(to: &run)
        for (key, text) in longTerms { run.add(key) { $0.append(contentsOf: text) } }
        if documentCount != 0 {
            run.add(IndexKey.prefix(.statistics)) { $0.append(littleEndian: Int64(documentCount)) }
        }
        for (property, change) in statistics where change.documents != 0 || change.tokens != 0 {
            run.add(IndexKey.prefix(.statistics, property)) {
                $0.append(littleEndian: Int64(change.documents))
                $0.append(littleEndian: Int64(change.tokens))
            }
        }
        return run.build()
    }

    private func addPostings(to run: inout PostingRunBuilder) {
        for (prefix, changes) in postings {
            Self.forEachChunk(of: changes, shift: 1, documentsPerChunk: IndexKey.documentsPerChunk) { chunk, changes in
                run.add(IndexKey.chunk(prefix, UInt16(chunk))) { EditFormat.append(postings: changes, to: &$0) }
            }
        }
        let size = IndexKey.documentsPerSmallChunk
        for (prefix, changes) in frequencies {
            Self.forEachChunk(of: changes, shift: 32, documentsPerChunk: size) { chunk, changes in
                run.add(IndexKey.smallChunk(prefix, chunk)) { bytes in
                    for change in changes {
                        let offset = UInt16(Int(change >> 32) % size)
                        EditFormat.append(offset, UInt32(truncatingIfNeeded: change), to: &bytes)
                    }
                }
            }
        }
    }

    private func addCounts(to run: inout PostingRunBuilder) {
        let size = UInt32(IndexKey.documentsPerSmallChunk)
        for (property, counts) in tokenCounts {
            for (chunk, counts) in Dictionary(grouping: counts, by: { $0.key / size }) {
                run.add(IndexKey.smallChunk(IndexKey.prefix(.tokenCount, property), chunk)) { bytes in
                    for (document, count) in counts.sorted(by: { $0.key < $1.key }) {
                        EditFormat.append(UInt16(document % size), count, to: &bytes)
                    }
                }
            }
        }
    }

    private func addCoordinates(to run: inout PostingRunBuilder) {
        let size = UInt32(IndexKey.documentsPerCoordinateChunk)
        for (property, locations) in coordinates {
            for (chunk, locations) in Dictionary(grouping: locations, by: { $0.key / size }) {
                run.add(IndexKey.smallChunk(IndexKey.prefix(.coordinates, property), chunk)) { bytes in
                    for (document, location) in locations.sorted(by: { $0.key < $1.key }) {
                        EditFormat.append(UInt16(document % size), location, to: &bytes)
                    }
                }
            }
        }
    }

    private func addSlices(to run: inout PostingRunBuilder) {
        let size = UInt32(IndexKey.documentsPerSlicedBlock)
        for (property, changes) in sliced {
            let key = IndexKey.prefix(.bitSlices, property)
            for (block, numbers) in Dictionary(grouping: changes.numbers, by: { $0.key / size }) {
                run.add(IndexKey.smallChunk(key, block)) { bytes in
                    EditFormat.append(width: changes.width, to: &bytes)
                    for (document, number) in numbers.sorted(by: { $0.key < $1.key }) {
                        EditFormat.append(UInt16(document % size), number, width: changes.width, to: &bytes)
                    }
                }
            }
            run.add(key) {
                $0.append(UInt8(changes.width))
                $0.append(littleEndian: Int64(slicedCounts[property] ?? 0))
            }
        }
    }

    /// Adds the edits of a run, which come after those collected so far.
    ///
    /// - Throws: `IndexDamage` if the bytes are no run.
    package mutating func append(run: RawSpan) throws {
        let count = try PostingRun.count(run)
        for index in 0..<count {
            let entry = try PostingRun.entry(index, of: count, in: run)
            let key = run.bytes(in: entry.key)
            guard try append(key, run.extracting(entry.value)) else { throw IndexDamage.malformedEntry(key: key) }
        }
    }

    private mutating func append(_ key: [UInt8], _ value: RawSpan) throws -> Bool {
        guard let first = key.first, let kind = EntryKind(rawValue: first) else { return false }
        if kind.holdsPostings {
            guard key.count >= 3 else { return false }
            let chunk = UInt64(key[key.count - 2]) << 8 | UInt64(key[key.count - 1])
            return append(postings: value, to: Array(key.dropLast(2)), chunk)
        }
        if key.count < 3 {
            guard kind == .statistics, key.count == 1, value.byteCount == 8 else { return false }
            documentCount &+= Int(Int64(bitPattern: value.uint64(at: 0)))
            return true
        }
        let property = PropertyID(UInt16(key[1]) << 8 | UInt16(key[2]))
        switch kind {
        case .statistics: return append(statistics: value, of: property)
        case .longTerm:
            longTerms[key] = value.bytes
            byteCount += key.count + value.byteCount + Self.entryByteCount
            return true
        case .bitSlices where key.count == 3:
            guard value.byteCount == 9 else { return false }
            slicedCounts[property, default: 0] &+= Int(Int64(bitPattern: value.uint64(at: 1)))
            return true
        case .frequency, .tokenCount, .coordinates, .bitSlices:
            guard key.count >= 6 else { return false }
            let chunk = key.suffix(3).reduce(0) { $0 << 8 | UInt32($1) }
            return append(kind, value, to: Array(key.dropLast(3)), property, chunk)
        case .live, .term, .present, .length, .referenceTarget, .time: return false
        }
    }

    private mutating func append(postings value: RawSpan, to prefix: [UInt8], _ chunk: UInt64) -> Bool {
        func append(to changes: inout [UInt64]) -> Bool {
            byteCount += changes.isEmpty ? prefix.count + Self.entryByteCount : 0
            byteCount += 4 * value.byteCount
            return EditFormat.visitPostings(value) { changes.append((chunk << 16 | UInt64($0)) << 1 | ($1 ? 1 : 0)) }
        }
        return append(to: &postings[prefix, default: []])
    }

    private mutating func append(statistics value: RawSpan, of property: PropertyID) -> Bool {
        guard value.byteCount == 16 else { return false }
        statistics[property, default: TextStatistics()].documents &+= Int(Int64(bitPattern: value.uint64(at: 0)))
        statistics[property, default: TextStatistics()].tokens &+= Int(Int64(bitPattern: value.uint64(at: 8)))
        return true
    }

    /// The edits of a small chunk.
    private mutating func append(
        _ kind: EntryKind, _ value: RawSpan, to prefix: [UInt8], _ property: PropertyID, _ chunk: UInt32
    ) -> Bool {
        byteCount += 4 * value.byteCount
        switch kind {
        case .frequency:
            let first = UInt64(chunk) * UInt64(IndexKey.documentsPerSmallChunk)
            func append(to changes: inout [UInt64]) -> Bool {
                byteCount += changes.isEmpty ? prefix.count + Self.entryByteCount : 0
                return EditFormat.visitNumbers(value) { changes.append((first + UInt64($0)) << 32 | UInt64($1)) }
            }
            return append(to: &frequencies[prefix, default: []])
        case .tokenCount:
            let first = chunk &* UInt32(IndexKey.documentsPerSmallChunk)
            return EditFormat.visitNumbers(value) { tokenCounts[property, default: [:]][first &+ UInt32($0)] = $1 }
        case .coordinates:
            let first = chunk &* UInt32(IndexKey.documentsPerCoordinateChunk)
            return EditFormat.visitCoordinates(value) {
                coordinates[property, default: [:]][first &+ UInt32($0)] = .some($1)
            }
        default:
            let first = chunk &* UInt32(IndexKey.documentsPerSlicedBlock)
            guard value.byteCount > 1 else { return false }
            var changes = sliced[property] ?? BitSlicedChanges(width: Int(value.byte(at: 0)))
            sliced[property] = nil
            let width = EditFormat.visitSliced(value) { changes.set($1, of: DocumentID(first &+ UInt32($0))) }
            sliced[property] = changes
            return width == changes.width
        }
    }
}
