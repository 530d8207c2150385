// SPDX-License-Identifier: Apache-2.0

/// The header of a `.npy` file (numpy.lib.format, versions 1 to 3): a table of little-endian floats, row by row.
struct NPYHeader: Hashable {
    enum Element: String, CaseIterable {
        case half = "<f2"
        case single = "<f4"
        case double = "<f8"

        var byteCount: Int {
            switch self {
            case .half: 2
            case .single: 4
            case .double: 8
            }
        }
    }

    var element: Element
    var rowCount: Int
    var dimensions: Int
    /// Where the rows begin.
    var byteCount: Int

    static let largestDimensions = 65_536
    private static let largestHeader = 64 << 10

    /// Reads it from the beginning of a file.
    init(_ stream: inout ByteStream) throws(SourceFault) {
        let start = try stream.read(8)
        guard start.starts(with: [0x93] + Array("NUMPY".utf8)) else { throw SourceFault("it is no .npy file") }
        guard (1...3).contains(start[6]) else {
            throw SourceFault("it is of version \(start[6]).\(start[7]); versions 1 to 3 are read")
        }
        let lengthBytes = try stream.read(start[6] == 1 ? 2 : 4)
        let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.largestHeader else { throw SourceFault("its header has \(length) bytes") }
        let text = try stream.read(length)
        var reader = NPYDictionaryReader(text)
        let fields = try reader.read()
        guard let element = Element(rawValue: fields.descr) else {
            let names = Element.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw SourceFault(
                "its elements are '\(fields.descr.prefix(100))'; \(names) are read: save array.astype('<f4')")
        }
        guard !fields.isFortranOrder else {
            throw SourceFault("it is in Fortran's order; save numpy.ascontiguousarray(array)")
        }
        guard fields.shape.count == 2 else {
            throw SourceFault("it has \(fields.shape.count) axes; there have to be two: vectors and their values")
        }
        guard (1...Self.largestDimensions).contains(fields.shape[1]) else {
            throw SourceFault(
                "its vectors have \(fields.shape[1]) values; there can be 1 to \(Self.largestDimensions)")
        }
        self.element = element
        rowCount = fields.shape[0]
        dimensions = fields.shape[1]
        byteCount = 8 + lengthBytes.count + length
        let (content, overflows) = rowCount.multipliedReportingOverflow(by: rowByteCount)
        guard !overflows, byteCount.addingReportingOverflow(content) == (stream.size, false) else {
            throw SourceFault(
                "it has \(stream.size) bytes, which are not those of \(rowCount) vectors of \(dimensions) values; it was cut off "
                    + "or is still being written")
        }
    }

    var rowByteCount: Int { dimensions * element.byteCount }

    /// The values of a row, rounded to float32.
    func values(_ bytes: [UInt8]) -> [Float] {
        precondition(bytes.count == rowByteCount, "a row has \(rowByteCount) bytes, not \(bytes.count)")
        return (0..<dimensions).map { place in
            let offset = place * element.byteCount
            return switch element {
            case .half: Float(Float16(bitPattern: Self.load(bytes, at: offset)))
            case .single: Float(bitPattern: Self.load(bytes, at: offset))
            case .double: Float(Double(bitPattern: Self.load(bytes, at: offset)))
            }
        }
    }

    /// The little-endian number at `offset`, which lies within `bytes` as a whole.
    @inline(__always)
    private static func load<Number: FixedWidthInteger & BitwiseCopyable>(_ bytes: [UInt8], at offset: Int) -> Number {
        // Safety: the load checks its bounds, and any bits are a number.
        Number(littleEndian: unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}

/// Reads the Python dictionary in the header: three names, whose values are a text, a truth value and a tuple of numbers.
struct NPYDictionaryReader {
    struct Fields {
        var descr = ""
        var isFortranOrder = false
        var shape: [Int] = []
    }

    private static let mostAxes = 32

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() throws(SourceFault) -> Fields {
        var fields = Fields()
        var seen: Set<String> = []
        try expect("{")
        while try !accept("}") {
            let name = try text()
            guard seen.insert(name).inserted else { throw wrong() }
            try expect(":")
            switch name {
            case "descr":
                guard peek() == UInt8(ascii: "'") || peek() == UInt8(ascii: "\"") else {
                    throw SourceFault("its elements are records; one kind of number is read")
                }
                fields.descr = try text()
            case "fortran_order": fields.isFortranOrder = try truth()
            case "shape": fields.shape = try tuple()
            default: throw SourceFault("its header names '\(name.prefix(100))', which is not known")
            }
            if try !accept(",") {
                try expect("}")
                break
            }
        }
        guard seen.count == 3 else { throw SourceFault("its header lacks descr, fortran_order or shape") }
        guard peek() == nil else { throw wrong() }
        return fields
    }

    private mutating func text() throws(SourceFault) -> String {
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { throw wrong() }
        place += 1
        guard let end = bytes[place...].firstIndex(of: quote),
            let text = String(validating: bytes[place..<end], as: UTF8.self)
        else { throw wrong() }
        place = end + 1
        return text
    }

    private mutating func truth() throws(SourceFault) -> Bool {
        _ = peek()
        for (word, value) in [("True", true), ("False", false)] where bytes[place...].starts(with: word.utf8) {
            place += word.utf8.count
            return value
        }
        throw wrong()
    }

    private mutating func tuple() throws(SourceFault) -> [Int] {
        var numbers: [Int] = []
        try expect("(")
        while try !accept(")") {
            numbers.append(try number())
            guard numbers.count <= Self.mostAxes else { throw wrong() }
            if try !accept(",") {
                try expect(")")
                break
            }
        }
        return numbers
    }

    private mutating func number() throws(SourceFault) -> Int {
        _ = peek()
        let digits = bytes[place...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else { throw wrong() }
        place += digits.count
        return number
    }

    /// The next byte that is no blank.
    private mutating func peek() -> UInt8? {
        while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
        return place < bytes.count ? bytes[place] : nil
    }

    private mutating func accept(_ character: Unicode.Scalar) throws(SourceFault) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(SourceFault) {
        guard try accept(character) else { throw wrong() }
    }

    private func wrong() -> SourceFault { SourceFault("its header makes no sense at byte \(place)") }
}
