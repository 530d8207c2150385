// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The last lines of the log, for whoever looks at a running server.
///
/// Lines are numbered from 1 on, in the order in which they came. Invariant: it never holds more than `lineLimit` lines or
/// `byteLimit` bytes of them; the oldest go first.
package final class LogRing: Sendable {
    /// A line that is still known.
    package struct Line: Sendable {
        package let number: Int
        package let entry: LogEntry
    }

    /// A part of what is known.
    package struct Page: Sendable {
        /// By number.
        package var lines: [Line]
        /// The number to ask on from: that of the last line that was looked at.
        package var next: Int
        /// How many lines behind the one that was asked from are forgotten.
        package var dropped: Int
    }

    private struct State {
        /// The line of number n is in place n % count.
        var places: [LogEntry?]
        /// The number of the oldest line that is known.
        var oldest = 1
        /// The number of the next line.
        var next = 1
        var byteCount = 0

        mutating func forgetOldest() {
            let place = oldest % places.count
            byteCount -= places[place]?.byteCount ?? 0
            places[place] = nil
            oldest += 1
        }
    }

    package static let lineLimit = 2_000
    package static let byteLimit = 2 << 20

    private let state: Mutex<State>
    private let byteLimit: Int

    /// - Parameters:
    ///   - lineLimit: at least 1.
    ///   - byteLimit: for what the lines take in memory.
    package init(lineLimit: Int = lineLimit, byteLimit: Int = byteLimit) {
        precondition(lineLimit >= 1, "a ring for \(lineLimit) lines")
        state = Mutex(State(places: [LogEntry?](repeating: nil, count: lineLimit)))
        self.byteLimit = byteLimit
    }

    func append(_ entry: LogEntry) {
        let byteCount = entry.byteCount
        state.withLock { state in
            while state.next > state.oldest,
                state.next - state.oldest == state.places.count || state.byteCount + byteCount > byteLimit
            {
                state.forgetOldest()
            }
            state.places[state.next % state.places.count] = entry
            state.byteCount += byteCount
            state.next += 1
        }
    }

    /// The first lines behind one of them, or without one the last there are.
    ///
    /// - Parameters:
    ///   - after: the number of a line; 0 for the start.
    ///   - limit: how many at most.
    ///   - level: lines of less importance are passed over.
    package func page(after: Int?, limit: Int, level: Logger.Level = .trace) -> Page {
        state.withLock { state in
            func lines(_ numbers: some Sequence<Int>) -> [Line] {
                var lines: [Line] = []
                for number in numbers {
                    if lines.count == limit { break }
                    guard let entry = state.places[number % state.places.count], entry.level >= level else { continue }
                    lines.append(Line(number: number, entry: entry))
                }
                return lines
            }
            let known = state.oldest..<state.next
            guard let after else {
                return Page(lines: lines(known.reversed()).reversed(), next: state.next - 1, dropped: 0)
            }
            let found = lines(max(state.oldest, after + 1)..<max(state.oldest, after + 1, state.next))
            // Where the limit ends the page, what comes behind has not been looked at.
            let last = found.count == limit ? found.last?.number : nil
            return Page(lines: found, next: last ?? (state.next - 1), dropped: max(0, state.oldest - 1 - max(0, after)))
        }
    }
}
