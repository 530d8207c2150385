// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

extension InvariantCheck {
    /// What the records of a shard say, to be held against what lies beside them.
    private struct Tally {
        var objectCount: UInt64 = 0
        var blobCount = 0
        var lastDocument: DocumentID?
        var vectorCounts: [VectorID: Int] = [:]
        var multiVectorCounts: [VectorID: Int] = [:]
    }

    mutating func checkShard(_ shard: ShardAddress) {
        var tally = Tally()
        attempt("objects of \(shard)") { try $0.checkObjects(shard, &tally) }
        attempt("ids of \(shard)") { try $0.checkIDs(shard, tally) }
        attempt("blobs of \(shard)") { try $0.checkBlobs(shard, tally) }
        attempt("columns of \(shard)") { try $0.checkColumns(shard) }
        attempt("vectors of \(shard)") { try $0.checkVectors(shard, tally) }
        attempt("multi-vectors of \(shard)") { try $0.checkMultiVectors(shard, counts: tally.multiVectorCounts) }
        attempt("counters of \(shard)") { try $0.checkCounters(shard, tally) }
        attempt("snapshots of \(shard)") { try $0.checkSnapshots(shard) }
        report.objectCount += Int(clamping: tally.objectCount)
    }

    // MARK: Records

    private mutating func checkObjects(_ shard: ShardAddress, _ tally: inout Tally) throws {
        let prefix = Key.inShard(.object, shard)
        try transaction.scan(prefix: prefix, from: prefix) { key, record in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                report(Key.describe(key), "the key is not a document number")
                return true
            }
            let document = DocumentID(number)
            tally.objectCount += 1
            tally.lastDocument = document
            do {
                try checkRecord(record, document, in: shard, &tally)
            } catch StorageError.damaged(let key, let reason) {
                report(key, reason)
            }
            return true
        }
    }

    private mutating func checkRecord(
        _ record: RawSpan, _ document: DocumentID, in shard: ShardAddress, _ tally: inout Tally
    ) throws {
        let key = Key.object(document, in: shard)
        var blobCount = 0
        let object = try ObjectCodec.decode(record, key: key, selection: .all) { property, reference in
            blobCount += 1
            let key = Key.blob(reference.ordinal, of: property, of: document, in: shard)
            try transaction.withValue(for: key) { value in
                guard let value else {
                    throw StorageError.damaged(key: Key.describe(key), reason: "the blob is missing")
                }
                try BlobCodec.check(value, against: reference, key: key)
            }
            // Its bytes are of no interest here.
            return Blob(bytes: [])
        }
        tally.blobCount += blobCount
        for vector in object.vectors { tally.vectorCounts[vector, default: 0] += 1 }
        for vector in object.multiVectors { tally.multiVectorCounts[vector, default: 0] += 1 }
        if try transaction.document(of: object.id, in: shard) != document {
            report(key, "its id \(object.id) does not lead to it")
        }
    }

    private mutating func checkIDs(_ shard: ShardAddress, _ tally: Tally) throws {
        var count: UInt64 = 0
        try transaction.scanIDs(in: shard) { id, document in
            count += 1
            // That the record has this id follows from the check of records, if there are as many.
            if try !transaction.containsDocument(document, in: shard) {
                report(Key.id(id, in: shard), "there is no document \(document.number)")
            }
            return true
        }
        if count != tally.objectCount {
            report("ids of \(shard)", "there are \(count) ids and \(tally.objectCount) objects")
        }
    }

    private mutating func checkBlobs(_ shard: ShardAddress, _ tally: Tally) throws {
        let prefix = Key.inShard(.blob, shard)
        var count = 0
        var known: UInt32?
        try transaction.scan(prefix: prefix, from: prefix) { key, _ in
            count += 1
            guard key.byteCount == prefix.count + 8, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                report(Key.describe(key), "the key is not a blob's")
                return true
            }
            if number == known { return true }
            if try transaction.containsDocument(DocumentID(number), in: shard) {
                known = number
            } else {
                report(Key.describe(key), "there is no document \(number)")
            }
            return true
        }
        report.blobCount += count
        if count != tally.blobCount {
            report("blobs of \(shard)", "there are \(count) blobs, the objects refer to \(tally.blobCount)")
        }
    }

    // MARK: Vectors

    private mutating func checkVectors(_ shard: ShardAddress, _ tally: Tally) throws {
        let purpose = Key.inShard(.vector, shard)
        var counts: [VectorID: Int] = [:]
        let cursor = try transaction.openCursor()
        defer { transaction.closeCursor(cursor) }
        var isFound = try cursor.seek(purpose)
        var last: (vector: VectorID, document: UInt32)?
        while isFound, cursor.hasPrefix(purpose) {
            // Safety: the cursor does not move while the span is in use.
            guard let number = Key.number(UInt16.self, in: unsafe RawSpan(_unsafeBytes: cursor.key), at: purpose.count)
            else {
                report(Key.describe(unsafe RawSpan(_unsafeBytes: cursor.key)), "the key is too short")
                isFound = try cursor.moveToNext()
                continue
            }
            let vector = VectorID(number)
            let described = Key.describe(unsafe RawSpan(_unsafeBytes: cursor.key))
            attempt(described) { check in
                let block = try VectorBlock.read(at: cursor, prefix: Key.vectors(vector, in: shard))
                if let last, last.vector == vector, last.document >= block.first {
                    check.report(described, "its documents begin before those of the block before it end")
                }
                last = (vector, block.last)
                counts[vector, default: 0] += block.liveCount
                check.checkRows(of: block, vector, in: shard, described)
            }
            isFound = try cursor.moveToNext()
        }
        for vector in Set(counts.keys).union(tally.vectorCounts.keys).sorted() {
            let (rows, objects) = (counts[vector] ?? 0, tally.vectorCounts[vector] ?? 0)
            report.vectorCount += rows
            if rows != objects {
                report(
                    Key.vectors(vector, in: shard), "there are \(rows) vectors, and \(objects) objects that have one")
            }
        }
    }

    private mutating func checkRows(
        of block: VectorBlock, _ vector: VectorID, in shard: ShardAddress, _ described: String
    ) {
        if block.liveCount == 0 { report(described, "no row of the block is alive") }
        for row in 0..<block.rowCount where block.isLive(row: row) {
            let document = DocumentID(block.document(ofRow: row))
            let head: ObjectCodec.Head?
            do {
                head = try transaction.head(of: document, in: shard)
            } catch {
                // Reported with the record.
                continue
            }
            if head?.vectors.contains(vector) != true {
                report(described, "document \(document.number) has no such vector")
            }
        }
    }

    // MARK: The rest

    private mutating func checkCounters(_ shard: ShardAddress, _ tally: Tally) throws {
        let counters = try transaction.counters(of: shard)
        let key = Key.inShard(.counters, shard)
        if counters.objectCount != tally.objectCount {
            report(key, "it counts \(counters.objectCount) objects, there are \(tally.objectCount)")
        }
        if let last = tally.lastDocument, counters.nextDocument <= UInt64(last.number) {
            report(key, "the next document number is \(counters.nextDocument), and \(last.number) is in use")
        }
    }

    private mutating func checkSnapshots(_ shard: ShardAddress) throws {
        let prefix = Key.inShard(.snapshot, shard)
        try transaction.scan(prefix: prefix, from: prefix) { key, value in
            guard key.byteCount == prefix.count + 2, let number = Key.number(UInt16.self, in: key, at: prefix.count)
            else {
                report(Key.describe(key), "the key is not an index's")
                return true
            }
            let keys = SnapshotKeys(VectorAddress(shard: shard, vector: VectorID(number)))
            let state = try SnapshotState(value, key: keys.state)
            if state.current != 0 { try checkSegments(of: state, keys) }
            if state.current >= state.next { report(keys.state, "its number was not given out yet") }
            return true
        }
    }

    /// Those of the current snapshot that its state tells of: the header, and what an earlier snapshot has written.
    private mutating func checkSegments(of state: SnapshotState, _ keys: SnapshotKeys) throws {
        let header = keys.segment(SegmentName(.header, 0), of: state.current)
        if try !transaction.contains(header) { report(header, "the header is missing") }
        for name in state.inheritedInOrder {
            let key = keys.segment(name, in: state)
            if try !transaction.contains(key) {
                report(key, "the segment is missing, and snapshot \(state.current) inherits it")
            }
        }
    }
}
