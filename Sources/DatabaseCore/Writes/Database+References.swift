// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import ProcessMemory

extension Database {
    package func changeReferences(
        of source: ReferenceSource, _ edit: ReferenceEdit
    ) async throws(DatabaseError) {
        // Removing goes on where memory is full.
        let permit = if case .remove = edit { MemoryPermit.free } else { try await enterMemory(itemCount: 1) }
        defer { permit.leave() }
        let collection = try requireCollection(source.collection)
        let property = try collection.snapshot.definition.referenceProperty(named: source.property)
        let shard = try await wakenShard(of: collection, for: source.tenant)
        let lease = try await lease(shard, of: collection)
        let prepared = PreparedReferenceEdit(
            source: source.id, property: property.id, edit: edit.completed(for: property), requiresTargets: true)
        let result = try await submit(change(.editReferences([prepared], time: now()), collection, lease))
        if case .refused(let error)? = result.outcomes.first { throw error }
    }

    package func addReferences(_ additions: [ReferenceAddition]) async -> [Result<Void, DatabaseError>] {
        do throws(DatabaseError) {
            let permit = try await enterMemory(itemCount: additions.count)
            defer { permit.leave() }
            return await added(additions)
        } catch {
            return additions.map { _ in .failure(error) }
        }
    }

    private func added(_ additions: [ReferenceAddition]) async -> [Result<Void, DatabaseError>] {
        var batch = ReferenceBatch(additions, database: self)
        return await batch.run()
    }
}

extension ReferenceEdit {
    /// With the classes that beacons leave out.
    fileprivate func completed(for property: PropertyDefinition) -> ReferenceEdit {
        switch self {
        case .add(let beacon): .add(property.completed(beacon))
        case .replace(let beacons): .replace(beacons.map(property.completed))
        case .remove(let beacon): .remove(property.completed(beacon))
        }
    }
}

/// References on their way into the database, of any collections and tenants: one change a shard, all in one commit.
private struct ReferenceBatch {
    /// Those that come from one shard.
    private struct Group {
        let collection: Collection
        let shard: Shard
        var edits: [PreparedReferenceEdit] = []
        /// Their indexes in the batch.
        var items: [Int] = []
    }

    private let database: Database
    private let additions: [ReferenceAddition]
    private var results: [Result<Void, DatabaseError>]
    private var groups: [Group] = []

    init(_ additions: [ReferenceAddition], database: Database) {
        self.additions = additions
        self.database = database
        results = Array(repeating: .success(()), count: additions.count)
    }

    /// - Returns: one result a reference, in order.
    mutating func run() async -> [Result<Void, DatabaseError>] {
        await prepare()
        var changes: [ObjectChange] = []
        var sent: [Group] = []
        let time = database.now()
        for group in groups {
            do throws(DatabaseError) {
                let lease = try await database.lease(group.shard, of: group.collection)
                changes.append(database.change(.editReferences(group.edits, time: time), group.collection, lease))
                sent.append(group)
            } catch {
                for item in group.items { results[item] = .failure(error) }
            }
        }
        for (group, result) in zip(sent, await database.submit(all: changes)) {
            switch result {
            case .failure(let error): for item in group.items { results[item] = .failure(error) }
            case .success(let written):
                for (item, outcome) in zip(group.items, written.outcomes) {
                    if case .refused(let error) = outcome { results[item] = .failure(error) }
                }
            }
        }
        return results
    }

    /// Finds out which shard each reference comes from, and under which number its property is kept.
    private mutating func prepare() async {
        var groupOfShard: [ShardAddress: Int] = [:]
        for (item, addition) in additions.enumerated() {
            do throws(DatabaseError) {
                let collection = try database.requireCollection(addition.source.collection)
                let property = try collection.snapshot.definition.referenceProperty(named: addition.source.property)
                let shard = try await database.wakenShard(of: collection, for: addition.source.tenant)
                let group = groupOfShard[shard.address] ?? groups.count
                if group == groups.count {
                    groups.append(Group(collection: collection, shard: shard))
                    groupOfShard[shard.address] = group
                }
                groups[group].edits.append(
                    PreparedReferenceEdit(
                        source: addition.source.id, property: property.id,
                        edit: .add(property.completed(addition.target)),
                        // What belongs to another tenant is not there.
                        requiresTargets: collection.snapshot.definition.multiTenancy.isEnabled))
                groups[group].items.append(item)
            } catch {
                results[item] = .failure(error)
            }
        }
    }
}
