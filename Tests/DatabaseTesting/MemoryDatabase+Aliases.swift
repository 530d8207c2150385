// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Synchronization

extension MemoryDatabase {
    package func aliases() -> [CollectionAlias] {
        state.withLock { $0.aliases }.sorted { $0.key < $1.key }
            .map { CollectionAlias(name: $0.key, collection: $0.value) }
    }

    package func createAlias(_ alias: CollectionAlias) async throws(DatabaseError) {
        guard CollectionName.isValid(alias.name) else { throw .alias(.invalidName(alias.name)) }
        let (collections, aliases) = state.withLock { ($0.collections, $0.aliases) }
        if collections[alias.collection] == nil { throw .alias(.unknownCollection(alias.collection)) }
        if collections[alias.name] != nil { throw .alias(.nameOfCollection(alias.name)) }
        if aliases[alias.name] != nil { throw .alias(.exists(alias.name)) }
        state.withLock { $0.aliases[alias.name] = alias.collection }
    }

    package func updateAlias(_ alias: CollectionAlias) async throws(DatabaseError) {
        let (collections, aliases) = state.withLock { ($0.collections, $0.aliases) }
        if aliases[alias.name] == nil { throw .alias(.notFound(alias.name)) }
        if collections[alias.collection] == nil { throw .alias(.unknownCollection(alias.collection)) }
        state.withLock { $0.aliases[alias.name] = alias.collection }
    }

    package func deleteAlias(named name: String) async throws(DatabaseError) {
        let wasThere = state.withLock { $0.aliases.removeValue(forKey: name) != nil }
        if !wasThere { throw .alias(.notFound(name)) }
    }

    /// The name of the collection that is called so, or that an alias of this name stands for.
    func resolved(_ name: String) -> String { state.withLock { $0.aliases[name] } ?? name }
}
