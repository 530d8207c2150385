// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization

/// The collections of the running database. Changed by the writer thread only, after the commit of the change.
final class CollectionTable: Sendable {
    private struct State {
        var byName: [String: Collection] = [:]
        var byID: [CollectionID: Collection] = [:]
    }

    private let state = Mutex(State())

    subscript(name: String) -> Collection? { state.withLock { $0.byName[name] } }
    subscript(id: CollectionID) -> Collection? { state.withLock { $0.byID[id] } }

    /// By name.
    var all: [Collection] {
        state.withLock { state in state.byName.sorted { $0.key < $1.key }.map(\.value) }
    }

    func add(_ collection: Collection) {
        state.withLock { state in
            state.byName[collection.definition.name] = collection
            state.byID[collection.id] = collection
        }
    }

    func remove(_ id: CollectionID) {
        state.withLock { state in
            guard let collection = state.byID.removeValue(forKey: id) else { return }
            state.byName.removeValue(forKey: collection.definition.name)
        }
    }
}
