// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Synchronization

/// The shards of one collection, by number and by name. Every look-up is O(1), on the writer thread too.
///
/// Changed by the writer thread only, after the commit of the change.
final class ShardTable: Sendable {
    private struct State {
        var byID: [ShardID: Shard] = [:]
        var byName: [String: Shard] = [:]
    }

    private let state: Mutex<State>

    init(_ shards: [Shard] = []) {
        var state = State()
        state.byID.reserveCapacity(shards.count)
        state.byName.reserveCapacity(shards.count)
        for shard in shards {
            state.byID[shard.address.shard] = shard
            state.byName[shard.name] = shard
        }
        self.state = Mutex(state)
    }

    subscript(id: ShardID) -> Shard? { state.withLock { $0.byID[id] } }
    subscript(name: String) -> Shard? { state.withLock { $0.byName[name] } }

    var count: Int { state.withLock { $0.byID.count } }

    /// Any shard; the shard, where there is one.
    var first: Shard? { state.withLock { $0.byID.first?.value } }

    /// By number. O(n log n).
    var all: [Shard] {
        state.withLock { Array($0.byID.values) }.sorted { $0.address < $1.address }
    }

    /// - Returns: the shard that is gone.
    @discardableResult func remove(_ id: ShardID) -> Shard? {
        state.withLock { state in
            guard let shard = state.byID.removeValue(forKey: id) else { return nil }
            state.byName[shard.name] = nil
            return shard
        }
    }

    func add(_ shard: Shard) {
        state.withLock { state in
            state.byID[shard.address.shard] = shard
            state.byName[shard.name] = shard
        }
    }
}
