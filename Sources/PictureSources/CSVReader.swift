// SPDX-License-Identifier: Apache-2.0

/// Reads comma-separated values as RFC 4180 has them, record by record.
///
///     fieldStart ──"──> quoted <──""── quoteInQuoted ──,/line end──> fieldStart
///         └──other──> plain ──,/line end──> fieldStart
///
/// Taken beyond it: lines that end with a line feed alone, other separators, a byte order mark, and empty lines, which are
/// no records. Nothing is trimmed. A record that is wrong is passed over up to the end of its line.
struct CSVReader {
    enum Record {
        case fields([String])
        /// Why they cannot be read.
        case faulty(String)
    }

    private enum State { case fieldStart, plain, quoted, quoteInQuoted }

    private var stream: ByteStream
    private let separator: UInt8
    private let limits: SourceLimits
    /// The number of the line on which the last record began, from 1.
    private(set) var line = 0
    private var nextLine = 1

    init(_ stream: ByteStream, separator: UInt8, limits: SourceLimits) throws(SourceFault) {
        self.stream = stream
        self.separator = separator
        self.limits = limits
        try self.stream.skipByteOrderMark()
    }

    var share: Double { stream.share }

    /// The next record; `nil` at the end.
    ///
    /// - Throws: what ends the reading: a file that cannot be read, a record without end.
    mutating func next() throws(SourceFault) -> Record? {
        var fields: [String] = []
        var field: [UInt8] = []
        var state = State.fieldStart
        var byteCount = 0
        var isAnything = false
        line = nextLine
        while let byte = try stream.next() {
            byteCount += 1
            guard byteCount <= limits.rowBytes else {
                throw SourceFault(
                    "the row on line \(line) has more than \(limits.rowBytes) bytes; is a quotation mark missing?")
            }
            let isLineEnd = try isLineEnd(byte, in: state)
            if isLineEnd, state != .quoted {
                if !isAnything {
                    // An empty line.
                    line = nextLine
                    byteCount = 0
                    continue
                }
                return finished(&fields, field)
            }
            isAnything = true
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
            case (.quoted, _): field.append(byte)
            case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
            case (.quoteInQuoted, UInt8(ascii: "\"")):
                field.append(byte)
                state = .quoted
            case (_, separator):
                guard let text = String(validating: field, as: UTF8.self) else { return try notText() }
                fields.append(text)
                // Another one follows.
                guard fields.count < limits.columns else {
                    return try faulty("it has more than \(limits.columns) fields")
                }
                field.removeAll(keepingCapacity: true)
                state = .fieldStart
            case (.quoteInQuoted, _):
                return try faulty("something follows a closing quotation mark; double those inside of a field")
            case (.plain, UInt8(ascii: "\"")):
                return try faulty("a quotation mark is inside of a field without any; put the field in quotation marks")
            case (.fieldStart, _), (.plain, _):
                field.append(byte)
                state = .plain
            }
        }
        if state == .quoted { throw SourceFault("a quotation mark of the row on line \(line) is never closed") }
        return isAnything ? finished(&fields, field) : nil
    }

    /// Whether `byte` ends a line; counts it.
    private mutating func isLineEnd(_ byte: UInt8, in state: State) throws(SourceFault) -> Bool {
        switch byte {
        case UInt8(ascii: "\n"):
            nextLine += 1
            return true
        case UInt8(ascii: "\r") where state != .quoted:
            guard try stream.peek() == UInt8(ascii: "\n") else { return false }
            _ = try stream.next()
            nextLine += 1
            return true
        default: return false
        }
    }

    private func finished(_ fields: inout [String], _ field: [UInt8]) -> Record {
        guard let text = String(validating: field, as: UTF8.self) else { return .faulty(Self.notUTF8) }
        fields.append(text)
        return .fields(fields)
    }

    private static let notUTF8 = "it is not UTF-8"

    private mutating func notText() throws(SourceFault) -> Record { try faulty(Self.notUTF8) }

    private mutating func faulty(_ reason: String) throws(SourceFault) -> Record {
        if try stream.line(limit: 0) != nil { nextLine += 1 }
        return .faulty(reason)
    }
}
