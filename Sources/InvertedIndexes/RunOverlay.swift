// SPDX-License-Identifier: Apache-2.0

/// Runs of edits that have not been brought into the tree, in the order in which they were made.
package protocol PostingRuns {
    var count: Int { get }
    /// Calls `body` with the bytes of a run, which are valid only until it returns.
    func withRun<R>(_ index: Int, _ body: (RawSpan) throws -> R) throws -> R
}

/// The entries of a shard as they are when all runs are carried out.
///
/// - Complexity: a look-up costs one more for each run; a scan goes through the runs beside the tree.
package struct RunOverlay<Base: OrderedReading, Runs: PostingRuns>: OrderedReading {
    private let base: Base
    private let runs: Runs

    package init(base: Base, runs: Runs) {
        self.base = base
        self.runs = runs
    }

    package func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        guard let edits = try edits(of: key) else { return try base.withValue(for: key, body) }
        guard let value = try base.withValue(for: key, { try applied(edits, to: $0) }) else { return try body(nil) }
        // Safety: integers have no padding.
        return try body(unsafe value.span.bytes)
    }

    /// What the runs hold of one entry; nil if they hold nothing.
    private func edits(of key: [UInt8]) throws -> EntryEdits? {
        var edits: EntryEdits?
        for run in 0..<runs.count {
            try runs.withRun(run) { bytes in
                let count = try PostingRun.count(bytes)
                let index = try PostingRun.firstIndex(notBefore: key, of: count, in: bytes)
                guard index < count else { return }
                let entry = try PostingRun.entry(index, of: count, in: bytes)
                guard bytes.compare(entry.key, to: key) == 0 else { return }
                var found = try edits ?? EntryEdits(key)
                edits = nil
                try found.add(bytes.extracting(entry.value))
                edits = found
            }
        }
        return edits
    }

    /// nil if there is no such entry any more.
    private func applied(_ edits: EntryEdits, to stored: RawSpan?) throws -> [UInt8]? {
        guard let value = try edits.applied(to: stored) else { return nil }
        switch edits.key[0] {
        case EntryKind.longTerm.rawValue:
            return try isInUse(longTermUnder: edits.key) ? value : nil
        case EntryKind.bitSlices.rawValue:
            return try base.isOlderThanSlices(IndexKey.property(in: edits.key)) ? nil : value
        default: return value
        }
    }

    package func scan(
        prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        var merge = try RunMerge(
            runs, prefix: prefix, notBefore: prefix.lexicographicallyPrecedes(start) ? start : prefix)
        if merge.isAtEnd { return try base.scan(prefix: prefix, from: start, body) }
        var isWanted = true
        /// Shows an entry that runs edit.
        func show(_ stored: RawSpan?) throws {
            guard let edits = try merge.takeEdits(), let value = try applied(edits, to: stored) else { return }
            // Safety: as above.
            isWanted = try body(unsafe edits.key.span.bytes, unsafe value.span.bytes)
        }
        try base.scan(prefix: prefix, from: start) { key, value in
            while !merge.isAtEnd {
                let order = try merge.compare(key)
                if order < 0 { break }
                try show(order == 0 ? value : nil)
                if !isWanted || order == 0 { return isWanted }
            }
            isWanted = try body(key, value)
            return isWanted
        }
        while isWanted, !merge.isAtEnd { try show(nil) }
    }

    /// - Complexity: O(entries with the prefix) where runs have emptied the last ones.
    package func withLastKey<R>(prefix: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        var last = try base.withLastKey(prefix: prefix) { $0?.bytes }
        for run in 0..<runs.count {
            let key = try runs.withRun(run) { try PostingRun.lastKey(prefix: prefix, in: $0) }
            if let key, last.map({ $0.lexicographicallyPrecedes(key) }) ?? true { last = key }
        }
        if let key = last, try !withValue(for: key, { $0 != nil }) {
            last = nil
            try scan(prefix: prefix, from: prefix) { key, _ in
                last = key.bytes
                return true
            }
        }
        guard let last else { return try body(nil) }
        // Safety: as above.
        return try body(unsafe last.span.bytes)
    }
}

extension PostingRun {
    /// The last key of a run that begins with `prefix`.
    static func lastKey(prefix: [UInt8], in run: RawSpan) throws -> [UInt8]? {
        let count = try count(run)
        // Behind all keys that begin with the prefix.
        let index = try firstIndex(of: count, in: run) { run.compare($0.prefix(prefix.count), to: prefix) > 0 }
        guard index > 0 else { return nil }
        let key = run.bytes(in: try entry(index - 1, of: count, in: run).key)
        return key.starts(with: prefix) ? key : nil
    }
}
