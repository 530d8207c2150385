// SPDX-License-Identifier: Apache-2.0

/// The bytes of a file, one after the other, a piece of it in memory.
struct ByteStream {
    private static let pieceBytes = 256 << 10

    private let file: OpenFile
    private var piece: [UInt8] = []
    private var place = 0
    /// How many bytes were handed out.
    private(set) var position = 0

    init(_ source: SourceFile) throws(SourceFault) { file = try OpenFile(source) }

    /// Of the file, when it was opened.
    var size: Int { file.size }

    var share: Double { size == 0 ? 1 : min(1, Double(position) / Double(size)) }

    /// The next byte; `nil` at the end.
    @inline(__always)
    mutating func next() throws(SourceFault) -> UInt8? {
        if place == piece.count, try !fill() { return nil }
        defer {
            place += 1
            position += 1
        }
        return piece[place]
    }

    /// The next byte, which stays where it is.
    mutating func peek() throws(SourceFault) -> UInt8? {
        if place == piece.count, try !fill() { return nil }
        return piece[place]
    }

    /// Passes over the mark that some programs put before UTF-8.
    mutating func skipByteOrderMark() throws(SourceFault) {
        guard position == 0, try peek() != nil, piece.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
        place = 3
        position = 3
    }

    /// Exactly `count` bytes.
    mutating func read(_ count: Int) throws(SourceFault) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            if place == piece.count, try !fill() { throw SourceFault("it ends too early") }
            let end = min(piece.count, place + count - bytes.count)
            bytes += piece[place..<end]
            position += end - place
            place = end
        }
        return bytes
    }

    /// The bytes up to the next line feed, which is passed over; without a carriage return before it. `nil` at the end.
    ///
    /// - Parameter limit: of a line that is longer, only so many bytes and one more.
    mutating func line(limit: Int) throws(SourceFault) -> [UInt8]? {
        var line: [UInt8] = []
        var isAnything = false
        while true {
            if place == piece.count, try !fill() { break }
            isAnything = true
            let end = piece[place...].firstIndex(of: UInt8(ascii: "\n"))
            let part = piece[place..<(end ?? piece.count)]
            line += part.prefix(max(0, limit + 1 - line.count))
            position += part.count + (end == nil ? 0 : 1)
            place = end.map { $0 + 1 } ?? piece.count
            if end != nil { break }
        }
        guard isAnything else { return nil }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }

    private mutating func fill() throws(SourceFault) -> Bool {
        piece.removeAll(keepingCapacity: true)
        place = 0
        return try file.append(upTo: Self.pieceBytes, to: &piece)
    }
}
