// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Disk space in a file of its own, which is given up when the disk is full and something is to be removed, and taken again
/// before the next ordinary write.
///
/// The file holds nothing; it may be deleted while no process has the folder open.
final class DiskReserve: Sendable {
    static let fileName = "reserve"

    private let path: String
    /// How many bytes of the file have disk space. The lock is held across system calls; only the writer waits for it.
    private let heldByteCount = Mutex<Int>(0)

    init(folder: String) { path = "\(folder)/\(Self.fileName)" }

    /// Finds out what an earlier process holds. A file that was copied may have no space behind it, so it is asked for.
    func adopt() {
        heldByteCount.withLock { held in
            let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            let size = Int(lseek(descriptor, 0, SEEK_END))
            if size > 0, posix_fallocate(descriptor, 0, size) == 0 { held = size }
        }
    }

    /// Makes sure that at least `byteCount` bytes are held.
    ///
    /// - Returns: `false` if the disk does not have them; then what was held before is held still.
    func hold(_ byteCount: Int) -> Bool {
        heldByteCount.withLock { held in
            if held >= byteCount { return true }
            let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            guard posix_fallocate(descriptor, 0, byteCount) == 0 else {
                // Some file systems keep what they have found until they found no more.
                _ = ftruncate(descriptor, held)
                return false
            }
            held = byteCount
            return true
        }
    }

    /// Gives space back until `byteCount` bytes are held.
    ///
    /// - Returns: whether there was something to give.
    func shrink(to byteCount: Int) -> Bool {
        heldByteCount.withLock { held in
            guard held > byteCount, unsafe truncate(path, byteCount) == 0 else { return false }
            held = byteCount
            return true
        }
    }
}
