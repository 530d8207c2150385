// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `POST /v1/batch/objects`.
extension RESTHandler {
    /// Stores what can be stored; the others say why not, each in its place.
    func batchObjects(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        var bodies = try batch(reading: call.request)
        guard !bodies.isEmpty else {
            throw .handler(422, "invalid param 'objects': cannot be empty, need at least one object for batching")
        }
        for place in bodies.indices {
            if bodies[place].input.collection.isEmpty { bodies[place].fault = "the given class is empty" }
            // The id is given here, so that it can be told even where the object fails.
            if bodies[place].input.id == nil { bodies[place].input.id = .random() }
        }
        var answer = BatchAnswer(self)
        for start in stride(from: 0, to: bodies.count, by: Self.objectsAtATime) {
            if Task.isCancelled { throw ErrorMapping.refusal(.cancelled, in: .write) }
            let part = bodies[start..<min(start + Self.objectsAtATime, bodies.count)]
            let inputs = part.filter { $0.fault == nil }.map(\.input)
            var stored = inputs.isEmpty ? [] : await database.upsert(inputs)
            precondition(stored.count == inputs.count, "\(inputs.count) objects were sent, \(stored.count) answered")
            // Where nothing is stored yet, the whole batch can be sent again as it is.
            if start == 0, let error = stored.temporaryRefusal() { throw ErrorMapping.refusal(error, in: .write) }
            stored.reverse()
            for body in part {
                answer.write(body, body.fault.map { .failure(.invalidObject($0)) } ?? stored.removeLast())
            }
        }
        return .json(answer.finished())
    }

    /// How many objects are stored together, in a commit. On the way each takes some kilobytes, which are given back before the
    /// next ones.
    private static let objectsAtATime = 4_096
    /// What an object of a batch takes all along beside its values, its part of the answer included; measured.
    private static let bytesForObject = 768

    private func batch(reading request: HTTPRequest) throws(Refusal) -> [ObjectBody] {
        var reader = try BodyReader(request)
        var bodies: [ObjectBody] = []
        try reader.members(ofType: "batch.BatchObjectsCreateBody") { (reader, name) throws(Refusal) in
            guard name == "objects" else { return try reader.skip() }
            bodies = []
            try reader.elements(of: "BatchObjectsCreateBody.objects", ofType: "*models.Object") {
                (reader, position) throws(Refusal) in
                try reader.charge(Self.bytesForObject)
                bodies.append(try ObjectBody(&reader, place: "body.objects.\(position).", blobs: blobs(of:)))
            }
        }
        return bodies
    }

}

/// The answer to a batch, written object by object.
private struct BatchAnswer {
    private let encoder: ObjectEncoder
    private let time: Int64
    private var writer = JSONWriter()

    init(_ handler: RESTHandler) {
        var encoder = ObjectEncoder(origin: handler.context.origin, writesReferencePaths: false)
        let timed = Set(handler.database.collections().filter { $0.invertedIndex.indexTimestamps }.map(\.name))
        encoder.collectionsWithTimes = timed.union(
            handler.database.aliases().filter { timed.contains($0.collection) }.map(\.name))
        self.encoder = encoder
        time = handler.context.clock()
        writer.beginArray()
    }

    mutating func write(_ body: ObjectBody, _ result: Result<DatabaseObject, DatabaseError>) {
        writer.beginObject()
        switch result {
        case .success(var object):
            // Who writes under an alias is answered under it.
            object.collection = body.input.collection
            encoder.writeMembers(of: object, deprecations: true, to: &writer) { writer in
                writer.member("result", .object(["status": .string("SUCCESS")]))
            }
        case .failure(let error): write(body.input, failedBecause: error.wordingInBatch)
        }
        writer.endObject()
    }

    /// The whole answer; nothing can be written afterwards.
    consuming func finished() -> [UInt8] {
        writer.endArray()
        return writer.bytes
    }

    /// A failed object is shown as it was sent.
    private mutating func write(_ input: ObjectInput, failedBecause reason: String) {
        if !input.collection.isEmpty { writer.member("class", .string(input.collection)) }
        writer.key(AdditionalField.creationTimeUnix.rawValue)
        writer.number(Int(time))
        writer.key("deprecations")
        writer.null()
        if let id = input.id { writer.member(AdditionalField.id.rawValue, .string(id.description)) }
        writer.key(AdditionalField.lastUpdateTimeUnix.rawValue)
        writer.number(Int(time))
        writer.key("properties")
        writer.object(input.properties ?? JSONObject())
        writer.key("result")
        writer.beginObject()
        writer.key("errors")
        writer.beginObject()
        Refusal.writeErrors(reason, to: &writer)
        writer.endObject()
        writer.member("status", .string("FAILED"))
        writer.endObject()
        if let tenant = input.tenant { writer.member("tenant", .string(tenant)) }
        if let vector = input.vector, !vector.isEmpty {
            writer.key(AdditionalField.vector.rawValue)
            writer.floats(vector)
        }
        if input.namedVectors.isEmpty, input.multiVectors.isEmpty { return }
        writer.key(AdditionalField.vectors.rawValue)
        writer.vectors(input.namedVectors, input.multiVectors)
    }
}
