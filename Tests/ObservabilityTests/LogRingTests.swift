// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Observability

struct LogRingTests {
    private func entry(_ number: Int, _ level: Logger.Level = .info) -> LogEntry {
        LogEntry(level, "event", Date(timeIntervalSince1970: 0), [("n", .integer(number))])
    }

    private func numbers(_ page: LogRing.Page) -> [Int] { page.lines.map(\.number) }

    @Test func `the last lines are shown first, and from there on what is new`() {
        let ring = LogRing(lineLimit: 10)
        #expect(numbers(ring.page(after: nil, limit: 5)) == [])
        for number in 1...7 { ring.append(entry(number)) }
        let last = ring.page(after: nil, limit: 3)
        #expect(numbers(last) == [5, 6, 7] && last.next == 7 && last.dropped == 0)
        #expect(numbers(ring.page(after: last.next, limit: 3)) == [])
        ring.append(entry(8))
        let new = ring.page(after: last.next, limit: 3)
        #expect(numbers(new) == [8] && new.next == 8)
        guard case .integer(8)? = new.lines.first?.entry.values.first?.value else {
            Issue.record("the value is not there")
            return
        }
    }

    @Test func `pages follow each other without gaps`() {
        let ring = LogRing(lineLimit: 100)
        for number in 1...25 { ring.append(entry(number)) }
        var seen: [Int] = []
        var next = 0
        while true {
            let page = ring.page(after: next, limit: 10)
            if page.lines.isEmpty { break }
            seen += numbers(page)
            next = page.next
        }
        #expect(seen == Array(1...25))
    }

    @Test func `of more lines than it holds the oldest go, and it says how many are missed`() {
        let ring = LogRing(lineLimit: 10)
        for number in 1...25 { ring.append(entry(number)) }
        let page = ring.page(after: 12, limit: 100)
        #expect(numbers(page) == Array(16...25) && page.dropped == 3 && page.next == 25)
        #expect(ring.page(after: 15, limit: 100).dropped == 0)
        #expect(numbers(ring.page(after: nil, limit: 100)) == Array(16...25))
        // Of another process, which had written more.
        let other = ring.page(after: 1_000, limit: 100)
        #expect(other.lines.isEmpty && other.next == 25)
    }

    @Test func `lines of less importance are passed over, also at the end`() {
        let ring = LogRing(lineLimit: 10)
        for number in 1...9 { ring.append(entry(number, number % 3 == 0 ? .warning : .info)) }
        ring.append(entry(10))
        let page = ring.page(after: 0, limit: 2, level: .warning)
        #expect(numbers(page) == [3, 6] && page.next == 6)
        let rest = ring.page(after: page.next, limit: 2, level: .warning)
        #expect(numbers(rest) == [9] && rest.next == 10)
        #expect(numbers(ring.page(after: nil, limit: 2, level: .warning)) == [6, 9])
    }

    @Test func `its bytes are bounded`() {
        let ring = LogRing(lineLimit: 1_000, byteLimit: 20_000)
        let text = String(repeating: "x", count: 1_000)
        for _ in 0..<100 { ring.append(LogEntry(.info, "event", Date(), [("text", .text(text))])) }
        let page = ring.page(after: nil, limit: 1_000)
        #expect((15...19).contains(page.lines.count) && page.lines.last?.number == 100)
    }

    @Test func `a logger's lines are kept, without what is secret`() {
        let sink = LogSink { _ in }
        Logger(level: .info, sink: sink).warning(
            "odd", ["api_key": "k", "path": .text(String(repeating: "p", count: 2_000))])
        Logger(level: .info, sink: sink).debug("not written")
        let lines = sink.recent.page(after: nil, limit: 10).lines
        #expect(lines.count == 1 && lines.first?.entry.level == .warning)
        let texts = (lines.first?.entry.values ?? []).compactMap { entry -> String? in
            if case .text(let text) = entry.value { text } else { nil }
        }
        #expect(texts.first == "(not logged)" && texts.last?.hasSuffix("… (2000 bytes)") == true)
    }
}
