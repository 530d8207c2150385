// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import JSON
import ObjectStorage
import Synchronization

/// What is fixed once a shard holds vectors; kept beside the shard in the catalog. `Docs/formats/shard-state.md`.
struct ShardState: Hashable, Sendable {
    struct VectorState: Hashable, Sendable {
        var dimensions: Int
        /// The network that made the vectors; `nil` while all of them came with their objects.
        var network: NetworkIdentity?
    }

    /// A vector that is being revectorized for another network, object by object, and how far that has come.
    struct Replacement: Hashable, Sendable {
        var old: VectorID
        var new: VectorID
        var network: NetworkIdentity
        /// The first document that has not been looked at.
        var next: DocumentID
        /// Documents from here on have the new vector already.
        var end: DocumentID
    }

    var vectors: [VectorID: VectorState] = [:]
    var replacement: Replacement?

    init() {}

    /// - Throws: `DatabaseError.storage` where the bytes are of a newer version or none of ours.
    init(decoding bytes: [UInt8]) throws(DatabaseError) {
        if bytes.isEmpty { return }
        guard let value = try? JSONValue(parsing: bytes), case .object(let root) = value,
            case .number(let version)? = root["version"], case .array(let entries)? = root["vectors"]
        else { throw .storage("the state of a shard in the catalog is damaged") }
        guard version.value == 1 else {
            throw .storage("the state of a shard was written by a newer version (\(version.literal))")
        }
        for case .object(let entry) in entries {
            guard case .number(let number)? = entry["vector"], case .number(let dimensions)? = entry["dimensions"],
                let id = UInt16(exactly: number.value), let count = Int(exactly: dimensions.value), count > 0
            else { throw .storage("the state of a shard in the catalog is damaged") }
            var state = VectorState(dimensions: count)
            if case .string(let name)? = entry["network"], case .string(let hash)? = entry["sha256"] {
                state.network = NetworkIdentity(name: name, sha256: hash, dimensions: count)
                if case .string(let text)? = entry["preprocessing"] { state.network?.preprocessing = text }
            }
            vectors[VectorID(id)] = state
        }
        if case .object(let entry)? = root["replacement"] {
            guard let replacement = Replacement(entry) else {
                throw .storage("the state of a shard in the catalog is damaged")
            }
            self.replacement = replacement
        }
    }

    func encoded() -> [UInt8] {
        let entries = vectors.sorted { $0.key < $1.key }.map { id, state in
            var entry = JSONObject([
                ("vector", .number(JSONNumber(Int(id.number)))), ("dimensions", .number(JSONNumber(state.dimensions))),
            ])
            if let network = state.network {
                entry["network"] = .string(network.name)
                entry["sha256"] = .string(network.sha256)
                if !network.preprocessing.isEmpty { entry["preprocessing"] = .string(network.preprocessing) }
            }
            return JSONValue.object(entry)
        }
        var root = JSONObject([("version", .number(JSONNumber(1))), ("vectors", .array(entries))])
        if let replacement { root["replacement"] = .object(replacement.json) }
        var writer = JSONWriter()
        writer.value(.object(root))
        return writer.bytes
    }

    /// The state of a shard as `transaction` sees it. For loading and checking: whoever has a loaded shard asks that.
    init(of shard: ShardAddress, in transaction: ReadTransaction) throws {
        try self.init(decoding: try transaction.shard(shard)?.definition ?? [])
    }

    /// Refuses a network other than the one that has filled a vector: vectors of two networks cannot be compared.
    ///
    /// - Parameters:
    ///   - network: the one in use; `nil` where there is none, which is for others to refuse.
    ///   - vector: says how pictures are made ready for it.
    ///   - collection: its name, for the error.
    /// - Throws: `DatabaseError.networkMismatch`.
    func require(
        _ network: NetworkIdentity?, for vector: VectorDefinition, in collection: String
    ) throws(DatabaseError) {
        guard let filledBy = vectors[vector.id]?.network, let network = network?.with(vector), filledBy != network
        else { return }
        throw .networkMismatch(collection: collection, filledBy: filledBy.label, inUse: network.label)
    }
}

extension NetworkIdentity {
    /// Name and the beginning of the hash, for messages.
    var label: String {
        let preparation = preprocessing.isEmpty ? "" : ", preprocess \(preprocessing.prefix(300))"
        return "\(name) (sha256 \(sha256.prefix(12)), \(dimensions) dimensions\(preparation))"
    }

    /// The network, fed with pictures as `vector` wants them.
    func with(_ vector: VectorDefinition) -> NetworkIdentity {
        var network = self
        network.preprocessing = PreprocessingSettings.text(of: vector.preprocessing)
        return network
    }
}

/// New states of shards on their way through the writer's transaction.
///
///     stage ──> publish (after the commit) | retract (after a rollback, in the reverse order of the stages)
///
/// Used by the writer thread; the lock is for the compiler's proof, and never waited for.
final class StagedShardStates: Sendable {
    private let replaced = Mutex<[(shard: Shard, state: ShardState)]>([])

    /// Stores `state`; later changes of the transaction see it at once.
    func stage(_ state: ShardState, of shard: Shard, in transaction: WriteTransaction) throws {
        try transaction.setDefinition(state.encoded(), of: shard.address)
        replaced.withLock { $0.append((shard, shard.stagedState)) }
        shard.stage(state)
    }

    func publish() {
        for (shard, _) in take() { shard.publishState() }
    }

    func retract() {
        for (shard, state) in take().reversed() { shard.stage(state) }
    }

    private func take() -> [(shard: Shard, state: ShardState)] {
        replaced.withLock { replaced in
            defer { replaced = [] }
            return replaced
        }
    }
}

extension ShardState.Replacement {
    fileprivate init?(_ entry: JSONObject) {
        func number(_ name: String) -> Double? {
            if case .number(let number)? = entry[name] { number.value } else { nil }
        }
        guard let old = number("old").flatMap(UInt16.init(exactly:)),
            let new = number("new").flatMap(UInt16.init(exactly:)),
            let next = number("next").flatMap(UInt32.init(exactly:)),
            let end = number("end").flatMap(UInt32.init(exactly:)),
            let dimensions = number("dimensions").flatMap(Int.init(exactly:)),
            case .string(let name)? = entry["network"],
            case .string(let hash)? = entry["sha256"]
        else { return nil }
        var network = NetworkIdentity(name: name, sha256: hash, dimensions: dimensions)
        if case .string(let text)? = entry["preprocessing"] { network.preprocessing = text }
        self.init(
            old: VectorID(old), new: VectorID(new), network: network, next: DocumentID(next), end: DocumentID(end))
    }

    fileprivate var json: JSONObject {
        var json = JSONObject([
            ("old", .number(JSONNumber(Int(old.number)))), ("new", .number(JSONNumber(Int(new.number)))),
            ("next", .number(JSONNumber(Int(next.number)))), ("end", .number(JSONNumber(Int(end.number)))),
            ("network", .string(network.name)), ("sha256", .string(network.sha256)),
            ("dimensions", .number(JSONNumber(network.dimensions))),
        ])
        if !network.preprocessing.isEmpty { json["preprocessing"] = .string(network.preprocessing) }
        return json
    }
}
