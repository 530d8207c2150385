// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Synchronization
import Testing

@testable import Observability

@Suite struct LoggerTests {
    /// Keeps what was written.
    private final class Paper: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        var sink: LogSink { LogSink { self.write($0) } }

        func write(_ lines: [UInt8]) { bytes.withLock { $0 += lines } }
        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    }

    private func written(
        level: Logger.Level = .trace, format: Logger.Format, _ body: (Logger) -> Void
    ) -> String {
        let paper = Paper()
        let logger = Logger(
            level: level, format: format, sink: paper.sink, now: { Date(timeIntervalSince1970: 1_700_000_000.25) })
        body(logger)
        logger.flush()
        return paper.text
    }

    @Test func `a JSON line holds level, message, time and values`() {
        let text = written(format: .json) {
            $0.info("started", ["port": 8080, "host": "a\"b\nc", "took_s": 0.5, "tls": false])
        }
        #expect(
            text == #"{"level":"info","msg":"started","time":"2023-11-14T22:13:20.250Z","port":8080,"#
                + #""host":"a\"b\nc","took_s":0.5,"tls":false}"# + "\n")
    }

    @Test func `a text line holds the same, quoted`() {
        let text = written(format: .text) { $0.warning("slow query", ["path": "/v1/x y", "ms": 12]) }
        #expect(
            text == #"time="2023-11-14T22:13:20.250Z" level=warning msg="slow query" path="/v1/x y" ms=12"# + "\n")
    }

    @Test func `lines are written by a thread that has its name from the first of them on`() throws {
        for _ in 0..<200 {
            let names = Mutex<[String]>([])
            let sink = LogSink { _ in
                let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
                names.withLock { $0.append(name ?? "none") }
            }
            sink.write([1])
            sink.flush()
            #expect(names.withLock { $0 } == ["log\n"])
        }
    }

    @Test func `events below the level are not written and their values not computed`() {
        var computed = 0
        func value() -> LogValue {
            computed += 1
            return "x"
        }
        let text = written(level: .warning, format: .text) {
            $0.info("no", ["a": value()])
            $0.warning("yes", ["a": value()])
            $0.fatal("yes too")
        }
        #expect(computed == 1)
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test(
        arguments: [
            ("panic", .panic), ("fatal", .fatal), ("error", .error), ("warning", .warning), ("warn", .warning),
            ("info", .info),
            ("debug", .debug), ("trace", .trace), ("INFO", .info), ("loud", nil), ("", nil),
        ] as [(String, Logger.Level?)])
    func `levels have the names that LOG_LEVEL takes`(name: String, level: Logger.Level?) {
        #expect(Logger.Level(name: name) == level)
    }

    @Test(arguments: [Logger.Format.text, .json])
    func `a long value is cut at a character and its length told`(format: Logger.Format) {
        let picture = String(repeating: "é", count: 100_000)
        let text = written(format: format) { $0.info("picture", ["data": .text(picture)]) }
        #expect(text.utf8.count < 1400)
        #expect(text.contains("é… (200000 bytes)"))
    }

    @Test(arguments: [Logger.Format.text, .json])
    func `a line with many long values stays within its limit`(format: Logger.Format) throws {
        let logged = written(format: format) { logger in
            var logger = logger
            for number in 0..<100 {
                logger = logger.with(["value\(number)": .text(String(repeating: "\u{1}", count: 900))])
            }
            logger.info("many")
        }
        #expect(logged.utf8.count <= Logger.longestLine)
        #expect(logged.contains("values_left_out"))
        if format == .json { _ = try JSONValue(parsing: logged) }
    }

    @Test(arguments: ["password", "api_key", "apiKeys", "Authorization", "session_token", "client_secret"])
    func `secrets are not written`(name: String) {
        let text = written(format: .json) { $0.info("login", [name: "hunter2"]) }
        #expect(!text.contains("hunter2"))
        #expect(text.contains("(not logged)"))
    }

    @Test func `lines beyond the buffer are dropped and counted`() {
        let paper = Paper()
        let gate = NSCondition()
        let isOpen = Mutex(false)
        let sink = LogSink(bufferSize: 10) { bytes in
            gate.lock()
            while !isOpen.withLock({ $0 }) { gate.wait() }
            gate.unlock()
            paper.write(bytes)
        }
        // The first line may be with the thread already, the next fits, the others do not.
        for _ in 0..<5 { sink.write(Array("1234567\n".utf8)) }
        gate.lock()
        isOpen.withLock { $0 = true }
        gate.broadcast()
        gate.unlock()
        sink.flush()
        #expect(paper.text.contains("1234567\n"))
        #expect(paper.text.contains("log lines dropped"))
    }
}
