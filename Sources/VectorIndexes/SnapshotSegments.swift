// SPDX-License-Identifier: Apache-2.0

/// Which piece of a snapshot: a kind, and a number that counts from 0 in each kind.
package struct SegmentName: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// What the snapshot consists of. One, written last: without it there is no snapshot.
        case header = 0
        /// Which document each slot holds, and its state.
        case slots = 1
        /// The codes of vectors (where there are two planes, the high halves).
        case codes = 2
        /// The low halves of codes.
        case residuals = 3
        /// The links of the lowest layer.
        case links = 4
        /// The links of the upper layers.
        case upperLinks = 5
    }

    package var kind: Kind
    package var number: UInt32

    package init(_ kind: Kind, _ number: UInt32) {
        self.kind = kind
        self.number = number
    }

    package var description: String { "\(kind) \(number)" }
}

/// How long segments are; Docs/formats/vector-index.md says the same.
package enum SegmentSize {
    /// Bytes of rows in a segment, at most; no row is larger. The last segment of a kind is stored again while it grows, and
    /// leaves free pages of its size each time.
    static let rowsLimitInBytes = 1 << 20
    /// Bytes of a whole segment, at most.
    package static let limitInBytes = SegmentFrame.byteCount + rowsLimitInBytes
}

/// Where a snapshot goes. Implemented by the storage.
package protocol SegmentWriting {
    /// Stores one segment, at most `SegmentSize.limitInBytes` long.
    ///
    /// The header comes last, and makes the snapshot: until it is stored the one before must stay readable as a whole,
    /// after that nothing of it may remain.
    mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws
}

/// Where a snapshot comes from. Implemented by the storage.
package protocol SegmentReading {
    /// Calls `body` with the bytes of a segment.
    ///
    /// - Returns: `false`, without a call, if there is no such segment.
    func withSegment(_ name: SegmentName, _ body: (RawSpan) throws -> Void) throws -> Bool

    /// Calls `body` once for each of `names`, with its position and its bytes, `nil` if there is no such segment; on
    /// several threads at once where that can be done. Returns when all calls have.
    ///
    /// - Throws: what the call of the lowest position threw. The others are made all the same.
    func withSegments(_ names: [SegmentName], _ body: @Sendable (Int, RawSpan?) throws -> Void) throws
}

extension SegmentReading {
    package func withSegments(_ names: [SegmentName], _ body: @Sendable (Int, RawSpan?) throws -> Void) throws {
        for (position, name) in names.enumerated() {
            if try !withSegment(name, { try body(position, $0) }) { try body(position, nil) }
        }
    }
}
