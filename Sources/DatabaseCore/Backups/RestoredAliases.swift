// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

/// The aliases that come back with collections, and what may stand in their way.
struct RestoredAliases: Sendable {
    let all: [CollectionAlias]
    /// Whether one that stands for another collection by now is changed back.
    private let overwrites: Bool

    init(of record: BackupRecord, overwrites: Bool) {
        all = record.parts.flatMap { part in
            part.aliases.map { CollectionAlias(name: $0, collection: part.collection) }
        }
        self.overwrites = overwrites
    }

    /// - Throws: `BackupProblem.aliasExists` for an alias that stands for another collection, `.aliasIsCollection` for one that a
    ///   collection is called like.
    func check(in transaction: ReadTransaction) throws {
        for alias in all {
            if try transaction.collection(named: alias.name) != nil {
                throw BackupProblem.aliasIsCollection(alias.name)
            }
            if overwrites { continue }
            if let target = try transaction.target(ofAlias: alias.name), target != alias.collection {
                throw BackupProblem.aliasExists(alias.name, collection: target)
            }
        }
    }
}
