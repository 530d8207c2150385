// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The values that 128 documents with consecutive numbers have for one property.
///
/// Sets of documents are bits: document `d` of the block is bit `d`. The arrays have an entry for each document in `held`, in
/// ascending order; which of them are used says the kind. `Docs/formats/columns.md` specifies the stored form.
package struct ColumnBlock: Hashable, Sendable {
    package static let documentCount = 128

    /// The number of the block that a document lies in, and its place there, 0 to 127.
    package static func position(of document: DocumentID) -> (block: UInt32, place: Int) {
        let (block, place) = document.number.quotientAndRemainder(dividingBy: UInt32(documentCount))
        return (block, Int(place))
    }

    /// The document at a place of a block.
    package static func document(at place: Int, of block: UInt32) -> DocumentID {
        DocumentID(block * UInt32(documentCount) + UInt32(place))
    }

    package let kind: ColumnKind
    /// The documents that have a value.
    package private(set) var present: UInt128 = 0
    /// Those whose value is not here, but in the object.
    package private(set) var elsewhere: UInt128 = 0
    /// Of booleans the true ones; of dates those that are not shown as `Instant.description` shows them.
    package private(set) var marked: UInt128 = 0
    /// Ints; of dates the seconds since 1970.
    package private(set) var ints: [Int64] = []
    package private(set) var numbers: [Double] = []
    /// Of dates, beside the seconds.
    package private(set) var nanoseconds: [Int32] = []
    /// Texts: numbers of entries in the dictionary, of lists one behind the other.
    package private(set) var codes: [UInt16] = []
    /// Of lists the number of elements.
    package private(set) var elementCounts: [UInt8] = []
    /// The different texts, UTF-8.
    private(set) var dictionary: [[UInt8]] = []

    init(_ kind: ColumnKind) { self.kind = kind }

    /// The documents whose value is here.
    package var held: UInt128 { present & ~elsewhere }

    /// How many codes there may be.
    package var textCount: Int { dictionary.count }

    /// The texts that codes stand for.
    package var texts: [String] { dictionary.map { String(decoding: $0, as: UTF8.self) } }

    // MARK: Changing

    /// - Parameters:
    ///   - document: 0 to 127.
    ///   - value: of this block's kind; `nil` for none.
    mutating func set(_ document: Int, to value: ColumnValue?) {
        remove(document)
        guard let value, value.kind == kind else { return }
        let bit = UInt128(1) << UInt128(document)
        present |= bit
        let rank = rank(of: document)
        switch value {
        case .int(let value): ints.insert(value, at: rank)
        case .number(let value): numbers.insert(value, at: rank)
        case .boolean(let value): if value { marked |= bit }
        case .date(let instant, let isCanonical):
            ints.insert(instant.seconds, at: rank)
            nanoseconds.insert(instant.nanoseconds, at: rank)
            if !isCanonical { marked |= bit }
        case .text(let text): codes.insert(code(of: text), at: rank)
        case .texts(let texts):
            codes.insert(contentsOf: texts.map { code(of: $0) }, at: firstCode(ofRank: rank))
            elementCounts.insert(UInt8(texts.count), at: rank)
        case .elsewhere: elsewhere |= bit
        }
    }

    private mutating func remove(_ document: Int) {
        let bit = UInt128(1) << UInt128(document)
        guard present & bit != 0 else { return }
        if held & bit != 0 {
            let rank = rank(of: document)
            switch kind {
            case .int: ints.remove(at: rank)
            case .number: numbers.remove(at: rank)
            case .boolean: break
            case .date:
                ints.remove(at: rank)
                nanoseconds.remove(at: rank)
            case .text: codes.remove(at: rank)
            case .texts:
                let first = firstCode(ofRank: rank)
                codes.removeSubrange(first..<first + Int(elementCounts[rank]))
                elementCounts.remove(at: rank)
            }
        }
        present &= ~bit
        elsewhere &= ~bit
        marked &= ~bit
    }

    /// How many documents in `held` come before `document`.
    private func rank(of document: Int) -> Int {
        (held & ((UInt128(1) << UInt128(document)) - 1)).nonzeroBitCount
    }

    private func firstCode(ofRank rank: Int) -> Int { elementCounts[..<rank].reduce(0) { $0 + Int($1) } }

    private mutating func code(of text: [UInt8]) -> UInt16 {
        if let known = dictionary.firstIndex(of: text) { return UInt16(known) }
        dictionary.append(text)
        return UInt16(dictionary.count - 1)
    }

    // MARK: Stored form

    func encoded() throws(StorageError) -> [UInt8] {
        var body = ByteWriter(capacity: 1_024)
        var width = 0
        var flags: UInt8 = 0
        var texts: [[UInt8]] = []
        switch kind {
        case .int: width = Self.append(ints, to: &body)
        case .number: for number in numbers { body.append(number) }
        case .boolean: body.append(marked)
        case .date:
            body.append(marked)
            width = Self.append(ints, to: &body)
            if nanoseconds.contains(where: { $0 != 0 }) {
                flags |= ColumnBuffer.hasNanosecondsFlag
                for value in nanoseconds { body.append(value) }
            }
        case .text, .texts:
            let (used, places) = usedTexts()
            texts = used
            for text in texts { body.append(UInt16(text.count)) }
            for text in texts { body.append(contentsOf: text) }
            for count in elementCounts { body.append(count) }
            width = texts.count <= 256 ? 1 : 2
            for code in codes {
                if width == 1 { body.append(UInt8(places[Int(code)])) } else { body.append(UInt16(places[Int(code)])) }
            }
        }
        var writer = ByteWriter(capacity: body.bytes.count + 40)
        writer.append(ColumnBuffer.version)
        writer.append(kind.rawValue)
        writer.append(UInt8(width))
        writer.append(flags)
        writer.append(UInt32(texts.count))
        writer.append(present)
        writer.append(elsewhere)
        writer.append(contentsOf: body.bytes)
        return writer.bytes
    }

    /// The texts that a code stands for, in the order in which they came, and where each of the dictionary went.
    private func usedTexts() -> (texts: [[UInt8]], places: [Int]) {
        var isUsed = Array(repeating: false, count: dictionary.count)
        for code in codes { isUsed[Int(code)] = true }
        var texts: [[UInt8]] = []
        var places = Array(repeating: 0, count: dictionary.count)
        for (index, text) in dictionary.enumerated() where isUsed[index] {
            places[index] = texts.count
            texts.append(text)
        }
        return (texts, places)
    }

    /// Appends the least value, and what the others are above it, in as few bytes as the greatest of them takes.
    ///
    /// - Returns: that number of bytes.
    private static func append(_ values: [Int64], to writer: inout ByteWriter) -> Int {
        let base = values.min() ?? 0
        // Modulo 2⁶⁴, as the reader adds them.
        let offsets = values.map { UInt64(bitPattern: $0) &- UInt64(bitPattern: base) }
        let greatest = offsets.max() ?? 0
        writer.append(base)
        switch greatest {
        case 0: return 0
        case ...0xFF:
            for offset in offsets { writer.append(UInt8(offset)) }
            return 1
        case ...0xFFFF:
            for offset in offsets { writer.append(UInt16(offset)) }
            return 2
        case ...0xFFFF_FFFF:
            for offset in offsets { writer.append(UInt32(offset)) }
            return 4
        default:
            for offset in offsets { writer.append(offset) }
            return 8
        }
    }

    /// - Parameter key: where `value` was found.
    /// - Throws: `StorageError.damaged`.
    init(_ value: RawSpan, key: [UInt8]) throws(StorageError) {
        var buffer = ColumnBuffer()
        try buffer.read(value, key: key)
        self.init(buffer.kind)
        present = buffer.present
        elsewhere = buffer.elsewhere
        marked = buffer.marked
        ints = buffer.ints
        numbers = buffer.numbers
        nanoseconds = buffer.nanoseconds
        codes = buffer.codes
        elementCounts = zip(buffer.listStarts.dropFirst(), buffer.listStarts).map { UInt8($0 - $1) }
        dictionary = zip(buffer.textStarts.dropFirst(), buffer.textStarts).map { Array(buffer.textBytes[$1..<$0]) }
    }
}
