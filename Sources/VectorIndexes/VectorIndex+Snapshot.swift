// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Synchronization
import VectorKernels

/// Snapshots: Docs/formats/vector-index.md says what each byte is.
extension VectorIndex {
    // MARK: Writing

    /// Writes what is linked now, as segments with a version and a checksum each, the header last.
    ///
    /// Searches, appends, links and removals go on meanwhile. What it leaves out (the tail, and all that comes after the
    /// start) the caller appends again after loading; see `SegmentReading`.
    package func writeSnapshot(to segments: inout some SegmentWriting, isCancelled: () -> Bool) throws {
        try beginSnapshot(isCancelled: isCancelled)
        defer { table.withLock { $0.isSnapshotting = false } }
        let content = snapshotContent()
        var header = SnapshotHeader(layout: store.layout)
        header.slotCount = UInt32(content.count)
        // Not of all slots there are by now: documents are appended meanwhile.
        header.upperRowCount = UInt32(store.upperRowCount(below: content.count))
        for kind in SnapshotHeader.rowKinds {
            let written = try writeRows(kind, of: content, header: header, to: &segments, isCancelled: isCancelled)
            header.segmentCounts[kind.rawValue] = written
        }
        if isGraph { chooseEntry(for: &header, among: content) }
        if isCancelled() { throw VectorIndexError.cancelled }
        try put(
            SegmentName(.header, 0), rows: 0..<1, stride: SnapshotHeader.byteCount, payload: header.bytes, to: &segments
        )
    }

    /// What is in a snapshot.
    private struct Content {
        /// Slots there were.
        var count: Int
        /// A bit for each slot that is kept.
        var kept: [UInt64]
        var states: [SlotState]

        func keeps(_ slot: UInt32) -> Bool { kept[Int(slot >> 6)] >> UInt64(slot & 63) & 1 == 1 }
    }

    private func beginSnapshot(isCancelled: () -> Bool) throws {
        while true {
            let hasBegun = table.withLock { table in
                guard !table.isRepairing, !table.isSnapshotting else { return false }
                table.isSnapshotting = true
                return true
            }
            if hasBegun { return }
            if isCancelled() { throw VectorIndexError.cancelled }
            sched_yield()
        }
    }

    /// All that is linked (in a flat index: live) now.
    private func snapshotContent() -> Content {
        table.withLock { _ in
            // The documents of a small graph have no links, and are appended again.
            let count = isGraph && !store.hasGraph ? 0 : store.count
            var content = Content(count: count, kept: Array(repeating: 0, count: count / 64 + 1), states: [])
            content.states.reserveCapacity(count)
            for slot in 0..<count {
                let state = store.state(of: UInt32(slot))
                let isKept = isGraph ? state.contains(.linked) : state.isLive
                content.states.append(isKept ? state : [])
                if isKept { content.kept[slot >> 6] |= 1 << UInt64(slot & 63) }
            }
            return content
        }
    }

    private func writeRows(
        _ kind: SegmentName.Kind, of content: Content, header: SnapshotHeader, to segments: inout some SegmentWriting,
        isCancelled: () -> Bool
    ) throws -> UInt32 {
        let stride = rowStride(kind)
        let total = header.rowCount(of: kind)
        guard stride > 0, total > 0 else { return 0 }
        let rowsPerSegment = max(SegmentSize.rowsLimitInBytes / stride, 1)
        var number: UInt32 = 0
        for first in Swift.stride(from: 0, to: total, by: rowsPerSegment) {
            if isCancelled() { throw VectorIndexError.cancelled }
            let rows = first..<min(first + rowsPerSegment, total)
            let payload = payload(kind, rows: rows, of: content)
            try put(SegmentName(kind, number), rows: rows, stride: stride, payload: payload, to: &segments)
            number += 1
        }
        return number
    }

    /// Size of a row in a segment; 0 if there are no such rows.
    private func rowStride(_ kind: SegmentName.Kind) -> Int {
        switch kind {
        case .header: SnapshotHeader.byteCount
        // A document and a state, each in four bytes.
        case .slots: 8
        case .codes: store.stride(of: .codes)
        case .residuals: store.stride(of: .residuals)
        case .links: store.stride(of: .links)
        case .upperLinks: store.stride(of: .upperLinks)
        }
    }

    private func payload(_ kind: SegmentName.Kind, rows: Range<Int>, of content: Content) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * rowStride(kind))
        switch kind {
        case .header: break
        case .slots:
            for slot in rows {
                let state = content.states[slot]
                bytes.append(littleEndian: state == [] ? 0 : store.document(at: UInt32(slot)))
                bytes.append(littleEndian: UInt32(state.rawValue))
            }
        case .codes: store.export(.codes, rows: rows, kept: [], to: &bytes)
        case .residuals: store.export(.residuals, rows: rows, kept: [], to: &bytes)
        case .links: store.export(.links, rows: rows, kept: content.kept, to: &bytes)
        case .upperLinks: store.export(.upperLinks, rows: rows, kept: content.kept, to: &bytes)
        }
        return bytes
    }

    private func put(
        _ name: SegmentName, rows: Range<Int>, stride: Int, payload: [UInt8], to segments: inout some SegmentWriting
    ) throws {
        let frame = SegmentFrame(name: name, firstRow: rows.lowerBound, rowCount: rows.count, stride: stride)
        let bytes = frame.framing(payload)
        // Safety: any byte may be read as one.
        try unsafe segments.put(name, bytes.span.bytes)
    }

    private func chooseEntry(for header: inout SnapshotHeader, among content: Content) {
        if let entry = store.entry, Int(entry.slot) < content.count, content.keeps(entry.slot) {
            header.entry = entry.slot
            return
        }
        header.entry = (0..<UInt32(content.count)).filter(content.keeps).max {
            store.level(of: $0) < store.level(of: $1)
        }
    }

    // MARK: Reading

    /// Loads the index that `writeSnapshot` wrote.
    ///
    /// The caller then compares `documents()` with what it stores: appends what is missing, removes what is gone.
    ///
    /// - Returns: `nil` if there is no snapshot, or it was written for another kind, metric or `maxConnections`, or by
    ///   a version whose layout differs: the caller makes an empty index and appends everything.
    /// - Throws: `damagedSegment`, naming the segment; what `segments` throws.
    package convenience init?(reading segments: some SegmentReading, configuration: VectorIndexConfiguration) throws {
        var found: SnapshotHeader?
        let name = SegmentName(.header, 0)
        let isThere = try segments.withSegment(name) { bytes in
            guard let frame = try SegmentFrame(readingHeadOf: bytes, named: name) else { return }
            let row = bytes.extracting(droppingFirst: SegmentFrame.byteCount)
            try frame.requireSound(row)
            found = try SnapshotHeader(reading: row, named: name)
        }
        guard isThere, let header = found else { return nil }
        let layout = CodeLayout(
            dimensions: header.layout.dimensions, configuration: configuration, seed: header.layout.levelSeed)
        // Made for another configuration, or by a version that chose its codes otherwise.
        guard layout == header.layout else { return nil }
        guard let store = CodeStore(layout: layout) else { throw VectorIndexError.tooManyVectors(count: 0) }
        if layout.maxConnections > 0, header.slotCount <= configuration.graphThreshold {
            // Links would be more than it needs.
            self.init(store: store, configuration: configuration)
            return
        }
        guard layout.maxConnections == 0 || store.addGraph(), store.grow(by: Int(header.slotCount)) else {
            throw VectorIndexError.tooManyVectors(count: Int(header.slotCount))
        }
        guard store.upperRowCount == Int(header.upperRowCount) else {
            throw VectorIndexError.damagedSegment(name, reason: "the levels of slots are others")
        }
        self.init(store: store, configuration: configuration)
        let frames = try SnapshotHeader.rowKinds.flatMap { try readFrames($0, header: header, from: segments) }
        // Only now is it sure that there are as many slots as the header says.
        store.takeMemory()
        try segments.withSegments(frames.map(\.name)) { position, bytes in
            let frame = frames[position]
            guard let bytes else { throw VectorIndexError.damagedSegment(frame.name, reason: "it is missing") }
            let rows = bytes.extracting(droppingFirst: SegmentFrame.byteCount)
            try frame.requireSound(rows)
            try take(frame, rows)
        }
        table.withLock { $0.sortSlots() }
        if let slot = store.slotWithWrongLayers() {
            throw VectorIndexError.damagedSegment(
                SegmentName(.upperLinks, 0), reason: "slot \(slot) has a link to a slot that is not in its layer")
        }
        guard let entry = header.entry else { return }
        guard entry < header.slotCount, store.state(of: entry).contains(.linked) else {
            throw VectorIndexError.damagedSegment(name, reason: "the entry, slot \(entry), is not linked")
        }
        store.setEntry(entry)
    }

    /// Reads the heads of all segments of a kind and makes sure that their rows are those that belong there: each row once.
    private func readFrames(
        _ kind: SegmentName.Kind, header: SnapshotHeader, from segments: some SegmentReading
    ) throws -> [SegmentFrame] {
        var frames: [SegmentFrame] = []
        var next = 0
        for number in 0..<header.segmentCounts[kind.rawValue, default: 0] {
            let name = SegmentName(kind, number)
            let isThere = try segments.withSegment(name) { bytes in
                guard let frame = try SegmentFrame(readingHeadOf: bytes, named: name) else {
                    throw VectorIndexError.damagedSegment(name, reason: "it is of another version than the header")
                }
                guard frame.firstRow == next, frame.rows.upperBound <= header.rowCount(of: kind),
                    frame.stride == rowStride(kind)
                else {
                    throw VectorIndexError.damagedSegment(
                        name, reason: "rows \(frame.rows) are not those that belong here")
                }
                frames.append(frame)
                next = frame.rows.upperBound
            }
            guard isThere else { throw VectorIndexError.damagedSegment(name, reason: "it is missing") }
        }
        guard next == header.rowCount(of: kind) || rowStride(kind) == 0 else {
            throw VectorIndexError.damagedSegment(SegmentName(kind, 0), reason: "rows from \(next) on are missing")
        }
        return frames
    }

    /// Takes over the rows of one segment, beside other threads that take over those of others.
    private func take(_ frame: SegmentFrame, _ rows: RawSpan) throws {
        let array: CodeArray
        switch frame.name.kind {
        case .header: return
        case .slots: return try takeSlots(frame.rows, from: rows, named: frame.name)
        case .codes: array = .codes
        case .residuals: array = .residuals
        case .links: array = .links
        case .upperLinks: array = .upperLinks
        }
        if let row = store.import(array, rows: frame.rows, from: rows) {
            throw VectorIndexError.damagedSegment(frame.name, reason: "row \(row) cannot be right")
        }
    }

    private func takeSlots(_ rows: Range<Int>, from payload: RawSpan, named name: SegmentName) throws {
        var documents: [UInt8] = []
        documents.reserveCapacity(rows.count * 4)
        var states: [UInt8] = []
        states.reserveCapacity(rows.count)
        try table.withLock { table in
            for row in rows {
                let at = (row - rows.lowerBound) * 8
                let document = payload.littleEndianUInt32(at: at)
                let state = SlotState(rawValue: UInt8(truncatingIfNeeded: payload.littleEndianUInt32(at: at + 4)))
                documents.append(littleEndian: document)
                states.append(state.rawValue)
                if state.isLive {
                    guard table.slots.insert(UInt32(row), for: document) else {
                        throw VectorIndexError.damagedSegment(name, reason: "document \(document) is there twice")
                    }
                } else if state.contains(.tombstone) {
                    table.tombstones.append(UInt32(row))
                } else {
                    table.free.append(UInt32(row))
                }
            }
        }
        // Safety: any byte may be read as one.
        _ = unsafe store.import(.documents, rows: rows, from: documents.span.bytes)
        _ = unsafe store.import(.states, rows: rows, from: states.span.bytes)
    }
}
