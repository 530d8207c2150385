// SPDX-License-Identifier: Apache-2.0

/// The head of a part: lines up to an empty one.
struct PartHead {
    private let number: Int
    private let limits: MultipartForm.Limits
    private var disposition: MediaType?
    private var contentType: MediaType?
    private var transferEncoding: String?

    init(number: Int, limits: MultipartForm.Limits) {
        self.number = number
        self.limits = limits
    }

    /// Reads the lines from `position` on and returns where the content begins. A line ends with LF or with CR LF.
    mutating func read(_ bytes: [UInt8], from position: Int) throws(MultipartError) -> Int {
        var lineStart = position
        while true {
            let end = min(bytes.count, position + limits.headerBytes)
            guard let feed = bytes[lineStart..<max(lineStart, end)].firstIndex(of: UInt8(ascii: "\n")) else {
                guard end == bytes.count else {
                    throw .headersTooLong(part: number, limitInBytes: limits.headerBytes)
                }
                throw .cutOff(part: number)
            }
            var line = bytes[lineStart..<feed]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            lineStart = feed + 1
            if line.isEmpty { return lineStart }
            try read(line)
        }
    }

    private mutating func read(_ line: ArraySlice<UInt8>) throws(MultipartError) {
        guard let text = String(validating: line, as: UTF8.self),
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon != text.startIndex
        else { throw .header(part: number, line: String(decoding: line, as: UTF8.self)) }
        let value = String(text[text.utf8.index(after: colon)...])
        switch text[..<colon].lowercased() {
        case "content-disposition":
            guard let read = MediaType(parsing: value) else { throw .header(part: number, line: text) }
            disposition = read
        case "content-type":
            // Senders leave it empty where they do not know.
            contentType = MediaType(parsing: value)
        case "content-transfer-encoding":
            transferEncoding = MediaType(parsing: value)?.essence
        default: break
        }
    }

    func part(content: Range<Int>) throws(MultipartError) -> MultipartForm.Part {
        guard let disposition, disposition.essence == "form-data", let name = disposition.parameter("name"),
            !name.isEmpty
        else { throw .noName(part: number) }
        guard name.utf8.count <= limits.nameBytes else {
            throw .nameTooLong(part: number, limitInBytes: limits.nameBytes)
        }
        if let transferEncoding, !["binary", "8bit", "7bit"].contains(transferEncoding) {
            throw .transferEncoding(name: name, encoding: transferEncoding)
        }
        return MultipartForm.Part(
            name: Self.unescaped(name), filename: filename(disposition), contentType: contentType, content: content)
    }

    /// `filename*` (RFC 5987) counts before `filename`, where it can be read.
    private func filename(_ disposition: MediaType) -> String? {
        if let extended = disposition.parameter("filename*"), let name = Self.extended(extended) { return name }
        return disposition.parameter("filename").map(Self.unescaped)
    }

    /// Browsers write quotes and line breaks in names as `%22`, `%0D` and `%0A`, and nothing else.
    private static func unescaped(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "%")) else { return name }
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = hexadecimal(rest.prefix(2)), [0x22, 0x0D, 0x0A].contains(value) {
                bytes.append(value)
                rest.removeFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `UTF-8'en'na%C3%AFve.jpg`.
    private static func extended(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        var bytes: [UInt8] = []
        var rest = Array(parts[2].utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = hexadecimal(rest.prefix(2)) else { return nil }
            bytes.append(value)
            rest.removeFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy({ UInt8(ascii: "0") <= $0 && $0 != UInt8(ascii: "+") }) else {
            return nil
        }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
