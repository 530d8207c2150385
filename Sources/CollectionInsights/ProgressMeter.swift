// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts steps that are done side by side.
final class ProgressMeter: Sendable {
    private let total: Int
    private let done = Mutex(0)
    private let report: @Sendable (Int, Int) -> Void

    init(total: Int, _ report: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) {
        self.total = total
        self.report = report
        report(0, total)
    }

    func advance() {
        let done = done.withLock { done in
            done += 1
            return done
        }
        report(min(done, total), total)
    }
}
