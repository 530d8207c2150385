// SPDX-License-Identifier: Apache-2.0

/// What a check of everything stored found.
package struct CheckReport: Hashable, Sendable {
    /// One thing that is wrong.
    package struct Finding: Hashable, Sendable {
        /// The key, described by its parts.
        package var key: String
        /// What is wrong there, in words.
        package var problem: String
    }

    /// The first of them, up to the limit, in the order of the check.
    package var findings: [Finding] = []
    /// All of them, including those that were not kept.
    package var findingCount = 0
    package var collectionCount = 0
    package var shardCount = 0
    package var objectCount = 0
    package var blobCount = 0
    package var vectorCount = 0
    /// All keys, those that belong to nothing included.
    package var entryCount = 0
    /// Whether nothing is wrong.
    package var isClean: Bool { findingCount == 0 }
}

extension StorageEnvironment {
    /// Checks everything stored, within one read transaction: every record decodes; ids and records, records and blobs,
    /// records and vectors agree both ways; blocks of vectors are in order; counters are right; snapshots of indexes have
    /// their header and what they inherit; nothing lies where nothing should.
    ///
    /// - Parameter limit: how many findings are kept; the rest is only counted.
    /// - Complexity: O(entries); reads every record and every block's header, not the bytes of blobs and vectors.
    package func checkInvariants(limit: Int = 1_000) throws -> CheckReport {
        try read { transaction in
            var check = InvariantCheck(transaction: transaction, limit: limit)
            check.run()
            return check.report
        }
    }
}
