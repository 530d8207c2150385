// SPDX-License-Identifier: Apache-2.0

import CSystem
import Synchronization

/// What the data folder takes on its disk, and what is left there.
package final class DataFolder: Sendable {
    package struct Room: Hashable, Sendable {
        /// Of all files in the folder, those of thumbnails, maps and backups included; holes left out.
        package var usedBytes: Int
        /// What is left on the file system, and how large that is.
        package var freeBytes: Int
        package var totalBytes: Int
    }

    /// How long a sum of files is good: there may be tens of thousands of them.
    private static let period = Duration.seconds(10)

    private let path: String
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sum = Mutex<(bytes: Int, time: ContinuousClock.Instant)?>(nil)

    package init(path: String, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
        self.path = path
        self.now = now
    }

    /// Blocks while files are looked at, ten seconds apart at least; `nil` where the file system tells nothing.
    package var room: Room? {
        var free: UInt64 = 0
        var total: UInt64 = 0
        // Safety: the path is passed with its NUL and only read during the call, and the numbers live for it.
        guard unsafe nt_file_system_room(path, &free, &total) == 0 else { return nil }
        return Room(usedBytes: usedBytes, freeBytes: Int(clamping: free), totalBytes: Int(clamping: total))
    }

    private var usedBytes: Int {
        let time = now()
        if let known = sum.withLock({ $0 }), time - known.time < Self.period { return known.bytes }
        // Safety: the path is passed with its NUL and only read during the call.
        let bytes = Int(clamping: unsafe nt_allocated_bytes(path))
        sum.withLock { $0 = (bytes, time) }
        return bytes
    }
}
