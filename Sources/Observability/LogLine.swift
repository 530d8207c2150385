// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// One line of the log while it is put together.
struct LogLine {
    private let format: Logger.Format
    private var writer = JSONWriter(reservingCapacity: 256)
    private var text: [UInt8] = []
    /// Values that no longer fitted.
    private var leftOut = 0

    init(level: Logger.Level, message: StaticString, time: Date, format: Logger.Format) {
        self.format = format
        let time = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .json:
            writer.beginObject()
            writer.member("level", .string(level.name))
            writer.member("msg", .string("\(message)"))
            writer.member("time", .string(time))
        case .text:
            text.append(contentsOf: "time=\"\(time)\" level=\(level.name) msg=".utf8)
            text.append(contentsOf: encoded(.text("\(message)")))
        }
    }

    /// Puts a value beside the message, unless the line is full.
    mutating func append(_ name: String, _ value: LogValue) {
        let value = encoded(Self.isSecret(name) ? .text("(not logged)") : value)
        // Room is kept for the note of what was left out.
        guard writer.bytes.count + text.count + name.utf8.count + value.count + 40 < Logger.longestLine else {
            leftOut += 1
            return
        }
        switch format {
        case .json:
            writer.key(name)
            writer.raw(value)
        case .text:
            text.append(contentsOf: " \(name)=".utf8)
            text.append(contentsOf: value)
        }
    }

    /// The line with its end.
    consuming func finished() -> [UInt8] {
        if leftOut > 0 {
            switch format {
            case .json: writer.member("values_left_out", .number(JSONNumber(leftOut)))
            case .text: text.append(contentsOf: " values_left_out=\(leftOut)".utf8)
            }
        }
        if format == .json {
            writer.endObject()
            text = writer.bytes
        }
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// As JSON writes it, also in a text line: no line ends, no control characters.
    private func encoded(_ value: LogValue) -> [UInt8] {
        var writer = JSONWriter()
        switch value {
        case .text(let text): writer.string(Self.shortened(text))
        case .integer(let integer): writer.number(integer)
        case .number(let number): writer.number(number)
        case .boolean(let flag): writer.boolean(flag)
        }
        return writer.bytes
    }

    /// At most `Logger.longestValue` bytes and a note of how many there were.
    private static func shortened(_ text: String) -> String {
        let utf8 = text.utf8
        guard utf8.count > Logger.longestValue else { return text }
        var end = utf8.index(utf8.startIndex, offsetBy: Logger.longestValue)
        while end.samePosition(in: text.unicodeScalars) == nil { end = utf8.index(before: end) }
        return "\(text[..<end])… (\(utf8.count) bytes)"
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["password", "secret", "token", "authorization", "apikey", "api_key", "credential"].contains {
            name.contains($0)
        }
    }
}
