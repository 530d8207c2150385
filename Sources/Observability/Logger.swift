// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes what happens for an operator to read: one line an event, a fixed text and values beside it.
///
/// ```swift
/// logger.warning("request body is too large", ["limit_bytes": limit, "path": path])
/// ```
/// A line is put together by the caller and written by a thread of the sink, so a slow terminal or a full pipe holds
/// nobody up. Texts of values are cut at `longestValue` bytes, so that a base64 picture cannot flood the log. Values
/// whose name says that they are secret (`password`, `token`, …) are never written.
package struct Logger: Sendable {
    /// How grave an event is, by the names that Weaviate's `LOG_LEVEL` takes.
    package enum Level: Int, CaseIterable, Comparable, Sendable {
        case trace, debug, info, warning, error, fatal, panic

        /// Accepts `warn` too, and any case of letters.
        package init?(name: String) {
            let name = name.lowercased() == "warn" ? "warning" : name.lowercased()
            guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = level
        }

        package var name: String { "\(self)" }

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// How a line looks, by the names that `LOG_FORMAT` takes.
    package enum Format: String, Sendable {
        /// `time="…" level=info msg="…" name=value`
        case text
        /// `{"level":"info","msg":"…","time":"…","name":value}`
        case json
    }

    /// The longest text of one value, in bytes; what is cut off is counted in its place.
    package static let longestValue = 1024
    /// The longest line, in bytes; values that no longer fit are left out.
    package static let longestLine = 8192

    /// Events below it are not written.
    package var level: Level
    package var format: Format
    private let sink: LogSink
    private let context: [(name: String, value: LogValue)]
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - sink: where lines go; the standard error by default.
    ///   - now: the wall clock.
    package init(
        level: Level = .info, format: Format = .json, sink: LogSink = .standardError,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.init(level: level, format: format, sink: sink, context: [], now: now)
    }

    private init(
        level: Level, format: Format, sink: LogSink, context: [(name: String, value: LogValue)],
        now: @escaping @Sendable () -> Date
    ) {
        self.level = level
        self.format = format
        self.sink = sink
        self.context = context
        self.now = now
    }

    /// A logger that puts `values` into each of its lines.
    package func with(_ values: KeyValuePairs<String, LogValue>) -> Self {
        Self(
            level: level, format: format, sink: sink, context: context + values.map { (name: $0.key, value: $0.value) },
            now: now)
    }

    package func log(
        _ level: Level, _ message: StaticString, _ values: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        guard level >= self.level else { return }
        let values = context + values().map { (name: $0.key, value: $0.value) }
        let entry = LogEntry(level, message, now(), values)
        sink.recent.append(entry)
        sink.write(LogLine(entry, format: format).finished())
    }

    package func trace(
        _ message: StaticString, _ values: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.trace, message, values()) }

    package func debug(
        _ message: StaticString, _ values: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.debug, message, values()) }

    package func info(
        _ message: StaticString, _ values: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.info, message, values()) }

    package func warning(
        _ message: StaticString, _ values: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.warning, message, values()) }

    package func error(
        _ message: StaticString, _ values: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) { log(.error, message, values()) }

    /// For what ends the process, which the caller does. Returns when the line is written, or after a second.
    package func fatal(
        _ message: StaticString, _ values: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        log(.fatal, message, values())
        flush()
    }

    /// Waits until all lines are written, but at most a second.
    package func flush() { sink.flush() }
}

/// A value beside a message.
package enum LogValue: Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)

    /// Seconds, with fractions.
    package static func seconds(_ duration: Duration) -> Self { .number(duration.inSeconds) }

    /// What went wrong, as the error describes itself.
    package static func error(_ error: any Error) -> Self { .text(String(describing: error)) }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}
