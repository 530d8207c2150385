// SPDX-License-Identifier: Apache-2.0

import VectorIndexes

/// Writes the index into memory, and loads it from there three times.
func measureSnapshot(_ index: VectorIndex, report: inout Report) throws {
    var segments = SegmentTable()
    report.add("snapshot write s", try threadSeconds { try index.writeSnapshot(to: &segments, isCancelled: { false }) })
    report.add("snapshot bytes a vector", Double(segments.byteCount) / Double(index.liveCount))
    for round in 1...3 {
        var loaded: VectorIndex?
        let time = try seconds { loaded = try VectorIndex(reading: segments, configuration: index.configuration) }
        guard loaded?.liveCount == index.liveCount else { throw Failure(text: "the snapshot is not the index") }
        report.add("snapshot read s by the clock, \(round)", time)
    }
}

/// Segments in memory.
struct SegmentTable: SegmentWriting, SegmentReading {
    private var segments: [SegmentName: [UInt8]] = [:]

    var byteCount: Int { segments.values.reduce(0) { $0 + $1.count } }

    mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws {
        segments[name] = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }

    func withSegment(_ name: SegmentName, _ body: (RawSpan) throws -> Void) throws -> Bool {
        guard let bytes = segments[name] else { return false }
        // Safety: any byte may be read as one.
        try unsafe body(bytes.span.bytes)
        return true
    }
}
