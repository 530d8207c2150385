// SPDX-License-Identifier: Apache-2.0

import CLMDB
import DataModel

/// An open data folder.
package final class StorageEnvironment: Sendable {
    package struct Options: Sendable {
        /// Refuses every write and takes no exclusive lock, so that it works beside a running server.
        package var isReadOnly = false
        /// How far the file may grow. Where the address space does not allow as much, less is taken.
        package var mapSizeInBytes = 1 << 40
        /// How many read transactions there can be at a time, over all processes.
        package var maximumReaders = 1_024
        /// Whether a commit waits until the data are on the medium. `false` only in tests.
        package var flushesEveryCommit = true

        package init() {}
    }

    package let folder: String
    package let options: Options

    /// Opens the database in `folder`; both are created if missing, unless it is opened for reading only.
    ///
    /// Blocks on file I/O.
    ///
    /// - Throws: `StorageError`: folder in use, newer format, damaged, not usable.
    package static func open(folder: String, options: Options = Options()) throws(StorageError) -> StorageEnvironment {
        StorageEnvironment(folder: folder, options: options)
    }

    private init(folder: String, options: Options) {
        self.folder = folder
        self.options = options
    }

    /// Runs `body` on the calling thread with a snapshot of the last commit. Keep it short: while it runs, the file
    /// cannot reuse pages that were freed since.
    ///
    /// - Complexity: about a microsecond beside `body`.
    package func read<R>(_ body: (ReadTransaction) throws -> R) throws -> R {
        throw StorageError.misuse(reason: "not built yet")
    }

    /// Waits until no read transaction is open, syncs, and releases the folder. Later calls do nothing; later reads throw
    /// `StorageError.closed`. Blocks. Close the commit queue first.
    package func close() {}

    package func statistics() throws -> StorageStatistics { throw StorageError.misuse(reason: "not built yet") }

    /// Writes a compacted copy of the last commit to `path`, a file that does not exist yet. Blocks; writes go on meanwhile.
    package func copy(toFile path: String) throws {}

    /// Checks everything stored, within one read transaction.
    ///
    /// - Parameter limit: how many findings are kept; the rest is only counted.
    package func checkInvariants(limit: Int = 1_000) throws -> CheckReport {
        throw StorageError.misuse(reason: "not built yet")
    }
}

/// Figures about the file.
package struct StorageStatistics: Hashable, Sendable {
    package var fileSizeInBytes: Int
    package var mapSizeInBytes: Int
    package var pageSizeInBytes: Int
    /// Pages up to the last one in use; what is free inside is counted in `freePages`.
    package var allocatedPages: Int
    package var freePages: Int
    package var readerCount: Int
    package var maximumReaders: Int
    package var lastTransaction: UInt64
    package var entryCount: Int
    package var treeDepth: Int
}

/// What a check found.
package struct CheckReport: Hashable, Sendable {
    package struct Finding: Hashable, Sendable {
        /// The key, described by its parts.
        package var key: String
        package var problem: String
    }

    package var findings: [Finding] = []
    /// All of them, including those that were not kept.
    package var findingCount = 0
    package var collectionCount = 0
    package var shardCount = 0
    package var objectCount = 0
    package var blobCount = 0
    package var vectorCount = 0
    package var entryCount = 0
    package var isClean: Bool { findingCount == 0 }
}
