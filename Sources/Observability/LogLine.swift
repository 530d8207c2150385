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

    init(_ entry: LogEntry, format: Logger.Format) {
        self.format = format
        let (level, message) = (entry.level, entry.message)
        let time = entry.time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
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
        for (name, value) in entry.values { append(name, value) }
    }

    /// Puts a value beside the message, unless the line is full.
    private mutating func append(_ name: String, _ value: LogValue) {
        let value = encoded(value)
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
        case .text(let text): writer.string(text)
        case .integer(let integer): writer.number(integer)
        case .number(let number): writer.number(number)
        case .boolean(let flag): writer.boolean(flag)
        }
        return writer.bytes
    }
}
