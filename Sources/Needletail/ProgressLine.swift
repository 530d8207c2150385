// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// How far something is, on the standard error: one line that changes on a terminal, a line every tenth elsewhere.
final class ProgressLine: Sendable {
    private let isShown: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    /// The per cent shown last.
    private let shown = Mutex(-1)

    init(isShown: Bool = true) { self.isShown = isShown }

    func show(_ done: Int, of total: Int) {
        guard isShown, total > 0 else { return }
        let percent = 100 * min(done, total) / total
        let isNews = shown.withLock { shown in
            guard percent > shown, isTerminal || percent / 10 > shown / 10 || shown < 0 else { return false }
            shown = percent
            return true
        }
        guard isNews else { return }
        if isTerminal {
            let bar = String(repeating: "#", count: percent * 40 / 100)
            FileHandle.standardError.write(
                Data("\r[\(bar.padding(toLength: 40, withPad: ".", startingAt: 0))] \(percent) %".utf8))
        } else {
            Console.tell("\(percent) %")
        }
    }

    /// Leaves the line.
    func end() {
        if isShown, isTerminal, shown.withLock({ $0 >= 0 }) { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}
