// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import ObjectStorage

/// Objects on their way into the database, one or many, of any collections and tenants.
///
/// Each item carries its own state from input to outcome, and one that is refused goes no further:
///
///     received ──check──> checked ──makeVectors──> checked, with all its vectors ──write──> finished
///         └─────────────────┴───────── refused ───────────────┴────────────────────────────────^
///
/// All pictures of a batch are made into vectors in one go, and its changes, one a shard, reach the writer together.
struct PutBatch {
    private struct Item {
        enum State {
            case received(ObjectInput)
            /// Fits its collection; its vectors are being completed.
            case checked(PreparedObject)
            case finished(Result<DatabaseObject, DatabaseError>)
        }

        var state: State

        mutating func refuse(_ error: DatabaseError) { state = .finished(.failure(error)) }
    }

    /// The items that go into one shard, under one definition.
    private struct Group {
        let collection: Collection
        let snapshot: Collection.Snapshot
        let shard: Shard
        /// `nil` before the shard is loaded.
        var lease: ShardLease?
        /// By index in `items`, ascending.
        var items: [Int] = []
    }

    private let database: Database
    private let mode: PutMode
    private var items: [Item]
    private var groups: [Group] = []

    init(_ objects: [ObjectInput], mode: PutMode, database: Database) {
        self.database = database
        self.mode = mode
        items = objects.map { Item(state: .received($0)) }
    }

    /// Stores the objects.
    ///
    /// - Returns: one result an object, in order.
    mutating func run() async -> [Result<DatabaseObject, DatabaseError>] {
        await check()
        await enterShards()
        await makeVectors()
        await write()
        return items.map { item in
            guard case .finished(let result) = item.state else {
                preconditionFailure("one of \(items.count) objects has come to no outcome")
            }
            return result
        }
    }

    // MARK: Check

    /// Extends the schema as the objects need it, collection by collection, and finds out which objects fit.
    private mutating func check() async {
        var byCollection: [String: [Int]] = [:]
        var names: [String] = []
        for (index, item) in items.enumerated() {
            guard case .received(let object) = item.state else { continue }
            if byCollection[object.collection] == nil { names.append(object.collection) }
            byCollection[object.collection, default: []].append(index)
        }
        for name in names {
            let indexes = byCollection[name] ?? []
            do throws(DatabaseError) {
                try await check(indexes, of: name)
            } catch {
                for index in indexes { items[index].refuse(error) }
            }
        }
    }

    private mutating func check(_ indexes: [Int], of name: String) async throws(DatabaseError) {
        let objects = indexes.compactMap { index in
            if case .received(let object) = items[index].state { object } else { nil }
        }
        let refusals = try await database.extendSchema(for: objects, canCreateCollection: mode != .replace)
        for (position, error) in refusals { items[indexes[position]].refuse(error) }
        // Where no object is left there may be no collection either; each is told why itself is refused.
        if refusals.count == objects.count { return }
        let collection = try database.requireCollection(name)
        let tenantRefusals = await database.prepareTenants(
            Set(objects.lazy.compactMap(\.tenant)), of: collection, canCreate: mode != .replace)
        let snapshot = collection.snapshot
        var waiting: [(index: Int, object: ObjectInput, shard: Shard)] = []
        for (index, object) in zip(indexes, objects) {
            guard case .received = items[index].state else { continue }
            do throws(DatabaseError) {
                if let refusal = object.tenant.flatMap({ tenantRefusals[$0] }) { throw refusal }
                waiting.append((index, object, try collection.shard(for: object.tenant)))
            } catch {
                items[index].refuse(error)
            }
        }
        let prepared = await PutPreparation(collection: snapshot).prepared(
            waiting.map(\.object), width: database.settings.threadsPerRequest)
        var groupOfShard: [ShardAddress: Int] = [:]
        for ((index, _, shard), result) in zip(waiting, prepared) {
            switch result {
            case .failure(let error): items[index].refuse(error)
            case .success(let object):
                items[index].state = .checked(object)
                let group = groupOfShard[shard.address] ?? groups.count
                if group == groups.count {
                    groups.append(Group(collection: collection, snapshot: snapshot, shard: shard))
                    groupOfShard[shard.address] = group
                }
                groups[group].items.append(index)
            }
        }
    }

    // MARK: Shards

    /// Has the shards loaded, and waits for room in them.
    private mutating func enterShards() async {
        for position in groups.indices {
            let group = groups[position]
            do throws(DatabaseError) {
                groups[position].lease = try await database.lease(group.shard, of: group.collection)
                await group.shard.waitForRoom()
            } catch {
                for index in group.items { items[index].refuse(error) }
            }
        }
    }

    // MARK: Vectors

    /// Gives the objects the vectors that come from their pictures.
    private mutating func makeVectors() async {
        var requests: [PictureVectors.Request] = []
        for group in groups {
            let preparation = ObjectPreparation(
                collection: group.snapshot, shard: group.shard, vectorizer: database.vectorizer)
            if preparation.pictureProperties.isEmpty { continue }
            do throws(DatabaseError) {
                let stored = try lookUp(group, preparation)
                for index in group.items {
                    await complete(index, stored[index], preparation, &requests)
                }
            } catch {
                for index in group.items { items[index].refuse(error) }
            }
        }
        let vectors = await PictureVectors(vectorizer: database.vectorizer).vectors(for: requests)
        for (request, result) in zip(requests, vectors) {
            guard case .checked(var object) = items[request.object].state else { continue }
            switch result {
            case .failure(let error): items[request.object].refuse(error)
            case .success(let vector):
                object.vectors[request.vector] = vector
                object.madeVectors.insert(request.vector)
                items[request.object].state = .checked(object)
            }
        }
    }

    /// Reads the pictures and vectors that are stored under the ids of a group, by index in `items`.
    ///
    /// Existence is the writer's to check, in its transaction. Here it is looked at as well, because the network should not
    /// work for objects that cannot be stored.
    private mutating func lookUp(
        _ group: Group, _ preparation: ObjectPreparation
    ) throws(DatabaseError) -> [Int: ObjectPreparation.StoredPictures] {
        let (items, mode) = (items, mode)
        let (stored, refusals) = try database.readStorage { transaction in
            var stored: [Int: ObjectPreparation.StoredPictures] = [:]
            var refusals: [(Int, DatabaseError)] = []
            for index in group.items {
                guard case .checked(let object) = items[index].state else { continue }
                let document = try transaction.document(of: object.id, in: group.shard.address)
                if let error = mode.refusal(
                    of: object.id, isStored: document != nil, in: group.snapshot.definition.name)
                {
                    refusals.append((index, error))
                } else if let document {
                    stored[index] = try preparation.storedPictures(of: document, in: transaction)
                }
            }
            return (stored, refusals)
        }
        for (index, error) in refusals { self.items[index].refuse(error) }
        return stored
    }

    /// Takes over the stored vectors whose pictures have not changed, and asks for those that are missing.
    private mutating func complete(
        _ index: Int, _ stored: ObjectPreparation.StoredPictures?, _ preparation: ObjectPreparation,
        _ requests: inout [PictureVectors.Request]
    ) async {
        guard case .checked(var object) = items[index].state else { return }
        do throws(DatabaseError) {
            let (kept, missing) = try await preparation.vectorsFromPictures(of: object, stored: stored)
            object.vectors.merge(kept) { own, _ in own }
            object.hashedBlobs = [:]
            items[index].state = .checked(object)
            requests += missing.map { .init(object: index, vector: $0.vector, pictures: $0.pictures) }
        } catch {
            items[index].refuse(error)
        }
    }

    // MARK: Write

    /// Hands the changes of all shards to the writer at once, and waits for all. What is handed over is written, even if
    /// nobody waits for it any more.
    private mutating func write() async {
        if Task.isCancelled {
            for group in groups { for index in group.items { items[index].refuse(.cancelled) } }
            return
        }
        var changes: [ObjectChange] = []
        var ready: [(group: Group, objects: [(index: Int, object: PreparedObject)])] = []
        for group in groups {
            let objects = group.items.compactMap { index in
                if case .checked(let object) = items[index].state { (index, object) } else { nil }
            }
            guard let lease = group.lease, !objects.isEmpty else { continue }
            // Whoever brings all vectors along does not wait for a network that is still being loaded.
            let isMade = objects.contains { !$0.1.madeVectors.isEmpty }
            let network = isMade ? await database.vectorizer.network : nil
            let command = ObjectCommand.put(
                objects.map(\.1), mode: mode, time: database.now(), network: network)
            changes.append(database.change(command, group.collection, lease))
            ready.append((group, objects))
        }
        for (part, result) in zip(ready, await database.submit(all: changes)) {
            switch result {
            case .failure(let error): for (index, _) in part.objects { items[index].refuse(error) }
            case .success(let written):
                for ((index, object), outcome) in zip(part.objects, written.outcomes) {
                    items[index].state = .finished(Self.result(of: outcome, object, in: part.group))
                }
            }
        }
    }

    private static func result(
        of outcome: ObjectOutcome, _ prepared: PreparedObject, in group: Group
    ) -> Result<DatabaseObject, DatabaseError> {
        switch outcome {
        case .refused(let error): return .failure(error)
        case .deleted, .edited: return .failure(.storage("a stored object came back as something else"))
        case .stored(let stored):
            let definition = group.snapshot.definition
            var object = DatabaseObject(stored, in: group.snapshot)
            if definition.multiTenancy.isEnabled { object.tenant = group.shard.name }
            for definition in definition.vectors {
                if let vector = prepared.vectors[definition.id] { object.setVector(vector, named: definition.name) }
                if let vector = prepared.multiVectors[definition.id], let name = definition.name {
                    object.multiVectors[name] = vector
                }
            }
            return .success(object)
        }
    }
}
