// SPDX-License-Identifier: Apache-2.0

/// Keeps a shard in memory, with its indexes loaded, for as long as it is kept itself.
final class ShardLease: Sendable {
    let shard: Shard

    /// Takes over what `Shard.enter` has counted.
    fileprivate init(_ shard: Shard) { self.shard = shard }

    deinit { shard.leave() }
}

extension Database {
    /// Has `shard` loaded, if it is not, and kept in memory while the lease exists. Blocks while it loads; others who want the
    /// same shard wait suspended.
    ///
    /// - Throws: `DatabaseError.storage`: what is stored cannot be read.
    func lease(_ shard: Shard, of collection: Collection) async throws(DatabaseError) -> ShardLease {
        if await shard.enter() == .work {
            do { try loader.load(shard, of: collection) } catch { throw databaseError(error) }
            for index in shard.allIndexes { maintenance.noteChange(of: index) }
        }
        return ShardLease(shard)
    }
}
