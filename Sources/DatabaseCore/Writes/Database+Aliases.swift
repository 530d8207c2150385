// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

extension Database {
    package func aliases() -> [CollectionAlias] { collectionTable.aliases }

    package func createAlias(_ alias: CollectionAlias) async throws(DatabaseError) {
        guard CollectionName.isValid(alias.name) else { throw .alias(.invalidName(alias.name)) }
        try await submit(AliasChange(action: .create, alias: alias, collections: collectionTable))
    }

    package func updateAlias(_ alias: CollectionAlias) async throws(DatabaseError) {
        try await submit(AliasChange(action: .update, alias: alias, collections: collectionTable))
    }

    package func deleteAlias(named name: String) async throws(DatabaseError) {
        let alias = CollectionAlias(name: name, collection: "")
        try await submit(AliasChange(action: .delete, alias: alias, collections: collectionTable))
    }
}

/// Creates, changes or deletes an alias.
private struct AliasChange: Change {
    enum Action {
        case create, update, delete
    }

    let action: Action
    let alias: CollectionAlias
    let collections: CollectionTable

    var sizeInBytes: Int { 1_024 }
    var isRemoval: Bool { action == .delete }

    func apply(to transaction: WriteTransaction) throws {
        let exists = try transaction.target(ofAlias: alias.name) != nil
        if action != .create, !exists { throw DatabaseError.alias(.notFound(alias.name)) }
        guard action != .delete else { return try transaction.setAlias(alias.name, to: nil) }
        guard try transaction.collection(named: alias.collection) != nil else {
            throw DatabaseError.alias(.unknownCollection(alias.collection))
        }
        if action == .create {
            if try transaction.collection(named: alias.name) != nil {
                throw DatabaseError.alias(.nameOfCollection(alias.name))
            }
            if exists { throw DatabaseError.alias(.exists(alias.name)) }
        }
        try transaction.setAlias(alias.name, to: alias.collection)
    }

    func committed(_ result: Void) {
        collections.setAlias(alias.name, to: action == .delete ? nil : alias.collection)
    }
}
