// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization

/// The collections of the running database. Look-ups are O(1).
///
/// Changed by the writer thread only, after the commit of the change; names are reserved ahead of it.
final class CollectionTable: Sendable {
    private struct State {
        var byName: [String: Collection] = [:]
        var byID: [CollectionID: Collection] = [:]
        /// The names there are, and those of collections whose creation is not committed yet, by their lower-case form.
        var namesByLowercase: [String: String] = [:]
        /// The names of collections, by alias.
        var aliases: [String: String] = [:]
        /// Counts the changes of what the collections are.
        var generation: UInt64 = 0
        /// By name; `nil` when something has changed since it was last asked for.
        var definitions: [CollectionDefinition]?

        mutating func noteChange() {
            generation += 1
            definitions = nil
        }

        /// The collection that is called so, or that an alias of this name stands for.
        func collection(_ name: String) -> Collection? { byName[name] ?? aliases[name].flatMap { byName[$0] } }
    }

    private let state = Mutex(State())

    /// The collection that is called `name`, or that the alias `name` stands for.
    subscript(name: String) -> Collection? { state.withLock { $0.collection(name) } }
    /// The collection that is called `name`, aliases aside.
    func collection(named name: String) -> Collection? { state.withLock { $0.byName[name] } }
    subscript(id: CollectionID) -> Collection? { state.withLock { $0.byID[id] } }

    /// By name. O(n log n).
    var all: [Collection] {
        state.withLock { state in state.byName.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// Another number after every change of a definition, a creation and a drop.
    var generation: UInt64 { state.withLock { $0.generation } }

    /// By name. O(1) while nothing has changed since the last call, else O(n log n).
    var definitions: [CollectionDefinition] {
        state.withLock { state in
            if let definitions = state.definitions { return definitions }
            let definitions = state.byID.values.map(\.definition).sorted { $0.name < $1.name }
            state.definitions = definitions
            return definitions
        }
    }

    /// What rules about the other collections have to know.
    var names: CollectionNames {
        CollectionNames(
            contains: { [self] name in collection(named: name) != nil },
            similar: { [self] name in
                state.withLock { state in
                    // A creation that is not committed may yet fail; the writer decides about its name.
                    state.namesByLowercase[name.lowercased()].flatMap { state.byName[$0] == nil ? nil : $0 }
                }
            })
    }

    /// By name. O(n log n).
    var aliases: [CollectionAlias] {
        state.withLock { $0.aliases }.sorted { $0.key < $1.key }
            .map { CollectionAlias(name: $0.key, collection: $0.value) }
    }

    /// Notes an alias that has been stored, or removed.
    func setAlias(_ name: String, to collection: String?) {
        state.withLock { state in
            state.aliases[name] = collection
            state.noteChange()
        }
    }

    /// Takes `name` for a collection that is not committed yet.
    ///
    /// - Returns: `nil`, or the name that differs in nothing but case and is there or reserved already.
    func reserve(_ name: String) -> String? {
        state.withLock { state in
            let lowercase = name.lowercased()
            if let taken = state.namesByLowercase[lowercase] { return taken }
            state.namesByLowercase[lowercase] = name
            return nil
        }
    }

    /// Gives back what `reserve` took, after the commit failed.
    func release(_ name: String) { state.withLock { $0.namesByLowercase[name.lowercased()] = nil } }

    func add(_ collection: Collection) {
        let name = collection.name
        state.withLock { state in
            state.byName[name] = collection
            state.byID[collection.id] = collection
            state.namesByLowercase[name.lowercased()] = name
            state.noteChange()
        }
    }

    /// Takes over a definition that has been stored.
    func adopt(_ definition: CollectionDefinition, of id: CollectionID) {
        self[id]?.adopt(definition)
        state.withLock { $0.noteChange() }
    }

    /// - Returns: the collection that is gone.
    @discardableResult func remove(_ id: CollectionID) -> Collection? {
        state.withLock { state in
            guard let collection = state.byID.removeValue(forKey: id) else { return nil }
            let name = collection.name
            state.byName[name] = nil
            state.namesByLowercase[name.lowercased()] = nil
            state.noteChange()
            return collection
        }
    }
}
