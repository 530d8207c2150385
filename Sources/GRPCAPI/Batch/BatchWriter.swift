// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Stores the objects and references of a batch, each as far as it can be.
struct BatchWriter: Sendable {
    let database: any DatabaseOperations
    /// Whether a batch of which nothing was stored, for a reason that passes, ends the call: UNAVAILABLE, which clients send again. A stream
    /// goes on, and tells it of each object.
    var refusesWhole = true

    /// How many objects are stored together, in a commit.
    private static let objectsAtATime = 4_096
    /// What a reference takes on its way; measured on JSON.
    private static let bytesForReference = 512

    /// - Returns: why those that were not stored were not, by their index in `messages`.
    /// - Throws: where the caller has gone, or there is no memory; what was stored until then stays.
    func store(
        _ messages: [BatchObject], allowance: DecodingAllowance
    ) async throws(GRPCStatus) -> [Int: String] {
        var reader = BatchObjectReader(
            collections: { [database] in database.collection(named: $0) }, allowance: allowance)
        var errors: [Int: String] = [:]
        for start in stride(from: 0, to: messages.count, by: Self.objectsAtATime) {
            if Task.isCancelled { throw .cancelled }
            var objects: [ObjectInput] = []
            var places: [Int] = []
            for place in start..<min(start + Self.objectsAtATime, messages.count) {
                switch try reader.read(messages[place]) {
                case .success(let object):
                    objects.append(object)
                    places.append(place)
                case .failure(let status): errors[place] = status.message
                }
            }
            if objects.isEmpty { continue }
            let results = await database.upsert(objects)
            precondition(results.count == places.count, "\(places.count) objects were sent, \(results.count) answered")
            // Where nothing is stored yet, the whole batch can be sent again as it is.
            if start == 0 { try refuse(results.temporaryRefusal()) }
            for (place, result) in zip(places, results) {
                if case .failure(let error) = result { errors[place] = error.wordingInBatch }
            }
        }
        return errors
    }

    /// - Returns: why those that were not added were not, by their index in `messages`.
    func add(
        _ messages: [BatchReference], allowance: DecodingAllowance
    ) async throws(GRPCStatus) -> [Int: String] {
        do throws(DecodingAllowance.Refusal) {
            try allowance.charge(Self.bytesForReference * messages.count)
        } catch {
            throw error.status
        }
        var errors: [Int: String] = [:]
        var additions: [ReferenceAddition] = []
        var places: [Int] = []
        for (place, message) in messages.enumerated() {
            do throws(GRPCStatus) {
                additions.append(try addition(message))
                places.append(place)
            } catch {
                errors[place] = error.message
            }
        }
        let results = additions.isEmpty ? [] : await database.addReferences(additions)
        precondition(results.count == places.count, "\(places.count) references were sent, \(results.count) answered")
        try refuse(results.temporaryRefusal())
        for (place, result) in zip(places, results) {
            if case .failure(let error) = result { errors[place] = error.wordingInReferenceBatch }
        }
        return errors
    }

    private func refuse(_ error: DatabaseError?) throws(GRPCStatus) {
        if let error, refusesWhole { throw GRPCStatus(error, error.wordingInBatch) }
    }

    private func addition(_ message: BatchReference) throws(GRPCStatus) -> ReferenceAddition {
        guard let from = ObjectID(message.fromUuid) else { throw Self.invalidID(message.fromUuid, "from_uuid") }
        guard let to = ObjectID(message.toUuid) else { throw Self.invalidID(message.toUuid, "to_uuid") }
        guard !message.fromCollection.isEmpty, !message.name.isEmpty else {
            throw .refusal("the reference names no collection or no property that it comes from")
        }
        let source = ReferenceSource(
            collection: CollectionName.normalized(message.fromCollection), id: from, property: message.name,
            tenant: message.tenant.isEmpty ? nil : message.tenant)
        return ReferenceAddition(
            source: source, target: Beacon(collection: try target(of: message, source), id: to))
    }

    /// The collection that a reference leads to: the one it names, or the only one that its property leads to.
    private func target(of message: BatchReference, _ source: ReferenceSource) throws(GRPCStatus) -> String? {
        if let name = message.toCollection, !name.isEmpty { return CollectionName.normalized(name) }
        // What is wrong with the source is the database's to say.
        guard let definition = database.collection(named: source.collection),
            case .reference(let targets)? = definition.property(named: PropertyName.normalized(source.property))?.type
        else { return nil }
        guard targets.count == 1 else {
            throw .refusal(
                "property '\(source.property.prefix(300))' leads to several classes [\(targets.joined(separator: " "))]; name "
                    + "the one in to_collection")
        }
        return targets[0]
    }

    private static func invalidID(_ text: String, _ place: String) -> GRPCStatus {
        .refusal("\(place): invalid UUID length: \(text.utf8.count): '\(text.prefix(100))' is no uuid")
    }
}
