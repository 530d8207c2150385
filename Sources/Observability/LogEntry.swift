// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What one line of the log says: values are shortened, and secret ones are left out.
package struct LogEntry: Sendable {
    package let level: Logger.Level
    package let message: StaticString
    package let time: Date
    /// In the order in which they were given; a name may come twice.
    package let values: [(name: String, value: LogValue)]

    init(_ level: Logger.Level, _ message: StaticString, _ time: Date, _ values: [(name: String, value: LogValue)]) {
        self.level = level
        self.message = message
        self.time = time
        self.values = values.map { name, value in (name, Self.isSecret(name) ? "(not logged)" : value.shortened) }
    }

    /// About what it takes in memory.
    var byteCount: Int {
        values.reduce(64) { sum, entry in
            let text = if case .text(let text) = entry.value { text.utf8.count } else { 0 }
            return sum + 64 + entry.name.utf8.count + text
        }
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["password", "secret", "token", "authorization", "apikey", "api_key", "credential"].contains {
            name.contains($0)
        }
    }
}

extension LogValue {
    /// Of texts at most `Logger.longestValue` bytes and a note of how many there were.
    fileprivate var shortened: LogValue {
        guard case .text(let text) = self else { return self }
        let utf8 = text.utf8
        guard utf8.count > Logger.longestValue else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: Logger.longestValue)
        while end.samePosition(in: text.unicodeScalars) == nil { end = utf8.index(before: end) }
        return .text("\(text[..<end])… (\(utf8.count) bytes)")
    }
}
