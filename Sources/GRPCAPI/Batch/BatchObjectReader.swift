// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import JSON
import WeaviateMessages

/// Turns objects of a batch into what the database stores.
struct BatchObjectReader {
    private let collections: (String) -> CollectionDefinition?
    private let allowance: DecodingAllowance
    /// Definitions of the collections of this batch, looked up once.
    private var definitions: [String: CollectionDefinition?] = [:]

    /// What an object of a batch takes beside its values; measured on JSON.
    private static let bytesForObject = 768

    /// - Parameters:
    ///   - collections: the collection of a name, or of an alias.
    ///   - allowance: what the objects take is charged to it.
    init(collections: @escaping (String) -> CollectionDefinition?, allowance: DecodingAllowance) {
        self.collections = collections
        self.allowance = allowance
    }

    /// - Returns: why the object is refused while others are stored, if it is.
    /// - Throws: where there is no memory for it, so that nothing of the batch is stored.
    mutating func read(_ message: BatchObject) throws(GRPCStatus) -> Result<ObjectInput, GRPCStatus> {
        var reader = PropertiesReader()
        let object: ObjectInput
        do throws(GRPCStatus) {
            object = try self.object(message, &reader)
        } catch {
            return .failure(error)
        }
        do throws(DecodingAllowance.Refusal) {
            let floats =
                (object.vector?.count ?? 0) + object.namedVectors.values.reduce(0) { $0 + $1.count }
                + object.multiVectors.values.reduce(0) { $0 + $1.elements.count }
            // Once here and once in the transaction.
            try allowance.charge(Self.bytesForObject + 2 * floats * MemoryLayout<Float>.stride)
            try allowance.charge(reader.tally)
            // Short objects cost no look at the collection.
            if let properties = object.properties, reader.tally.textBytes >= DecodingAllowance.shortestTextLookedAt {
                try allowance.chargeWords(
                    of: indexed(properties, of: object.collection), textByteCount: reader.tally.textBytes)
            }
        } catch {
            throw error.status
        }
        return .success(object)
    }

    /// Properties without blobs, which are not indexed.
    private func indexed(_ properties: JSONObject, of collection: String) -> JSONObject {
        let blobs = collections(collection)?.blobPropertyNames ?? []
        guard !blobs.isEmpty else { return properties }
        return JSONObject(
            properties.members.filter { !blobs.contains(PropertyName.normalized($0.name)) }.map { ($0.name, $0.value) })
    }

    private mutating func object(
        _ message: BatchObject, _ reader: inout PropertiesReader
    ) throws(GRPCStatus) -> ObjectInput {
        guard !message.collection.isEmpty else { throw .refusal("the object names no collection") }
        var object = ObjectInput(collection: CollectionName.normalized(message.collection))
        guard let id = ObjectID(message.uuid) else {
            throw .refusal(
                "invalid UUID length: \(message.uuid.utf8.count): '\(message.uuid.prefix(100))' is no uuid; every object of a batch "
                    + "needs one")
        }
        object.id = id
        object.tenant = message.tenant.isEmpty ? nil : message.tenant
        if let properties = message.properties {
            object.properties = try reader.read(properties, of: definition(object.collection))
        }
        try setVectors(of: &object, message)
        return object
    }

    private mutating func definition(_ name: String) -> CollectionDefinition? {
        if let known = definitions[name] { return known }
        let definition = collections(name)
        definitions[name] = .some(definition)
        return definition
    }

    /// An entry of `vectors` counts more than `vector_bytes`, which counts more than the list of numbers.
    private func setVectors(of object: inout ObjectInput, _ message: BatchObject) throws(GRPCStatus) {
        for entry in message.vectors {
            let place = "vector '\(entry.name.prefix(300))'"
            switch try VectorMessage(entry, of: place) {
            case .vector(let vector): object.namedVectors[entry.name] = vector
            case .rows(let rows): object.multiVectors[entry.name] = MultiVector(rows: rows)
            }
        }
        if !message.vectorBytes.isEmpty {
            object.vector = try VectorBytes.vector(message.vectorBytes, of: "vector")
        } else if !message.vector.isEmpty {
            object.vector = message.vector
        }
    }
}
