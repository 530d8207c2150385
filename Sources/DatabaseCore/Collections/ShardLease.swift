// SPDX-License-Identifier: Apache-2.0

import ProcessMemory

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
    /// - Parameter includesInactive: whether the shard of a tenant that is not in use may be loaded.
    /// - Throws: `DatabaseError.storage`: what is stored cannot be read; `.tenantNotActive`.
    func lease(
        _ shard: Shard, of collection: Collection, includesInactive: Bool = false
    ) async throws(DatabaseError) -> ShardLease {
        var refusal: DatabaseError { .tenantNotActive(shard.name, collection: collection.name) }
        // Before, since nobody is to wait for a shard that is being unloaded and then be refused; and after, since the tenant
        // may have been deactivated meanwhile: who comes in all the same leaves at once, and whoever unloads it is the last.
        guard shard.status == .active || includesInactive else { throw refusal }
        let step = await shard.enter()
        guard shard.status == .active || includesInactive else {
            if step == .work { shard.finishLoading(isLoaded: false) } else { shard.leave() }
            throw refusal
        }
        if step == .work {
            try await load(shard, of: collection)
            for index in shard.allIndexes { maintenance.noteChange(of: index) }
        }
        return ShardLease(shard)
    }

    /// Loads a shard once there is memory for its indexes.
    private func load(_ shard: Shard, of collection: Collection) async throws(DatabaseError) {
        let permit: MemoryPermit
        do throws(DatabaseError) {
            permit = try await enterMemory(byteCount: loader.indexBytes(of: shard, of: collection))
        } catch {
            shard.finishLoading(isLoaded: false)
            throw error
        }
        defer { permit.leave() }
        do { try loader.load(shard, of: collection) } catch { throw databaseError(error) }
    }
}
