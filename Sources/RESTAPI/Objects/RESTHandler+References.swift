// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import HTTPServer

/// `/v1/objects/{class}/{id}/references/{property}`, with and without the class.
extension RESTHandler {
    func addReference(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        var reader = try BodyReader(call.request)
        let text = try reader.beaconText(place: "")
        let source = try await source(of: id, call, orElse: Self.missingSource(id))
        guard database.collection(named: source.collection) != nil else { throw .notFound }
        let beacon = try Self.beacon(text, step: "validate inputs")
        try await change(source, .add(beacon))
        return HTTPResponse(status: 200)
    }

    func replaceReferences(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        var reader = try BodyReader(call.request)
        var texts: [String] = []
        try reader.topLevelElements(ofType: "models.MultipleRef") { (reader, position) throws(Refusal) in
            try reader.charge(Self.bytesForReference)
            texts.append(try reader.beaconText(place: "\(position)."))
        }
        let source = try await source(of: id, call, orElse: Self.missingSource(id))
        try await requireSource(source)
        var beacons: [Beacon] = []
        for text in texts { beacons.append(try Self.beacon(text, step: "bad inputs")) }
        try await change(source, .replace(beacons))
        return HTTPResponse(status: 200)
    }

    func removeReference(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let id = try call.id()
        try call.checkConsistency(nodeName: context.nodeName)
        var reader = try BodyReader(call.request)
        let text = try reader.beaconText(place: "")
        let source = try await source(of: id, call, orElse: .notFound)
        try await requireSource(source)
        let beacon: Beacon
        do throws(BeaconReader.Fault) {
            beacon = try BeaconReader.beacon(text)
        } catch {
            throw .handler(422, ErrorMapping.wrapped(error.reason, "cannot parse beacon"))
        }
        try await change(source, .remove(beacon))
        return HTTPResponse(status: 204)
    }

    /// What a reference takes beside its text.
    static let bytesForReference = 256

    // MARK: - Parts

    private func change(_ source: ReferenceSource, _ edit: ReferenceEdit) async throws(Refusal) {
        var adds = false
        if case .add = edit { adds = true }
        try await during(.changeReferences(adds: adds)) { () throws(DatabaseError) in
            try await database.changeReferences(of: source, edit)
        }
    }

    private static func beacon(_ text: String, step: String) throws(Refusal) -> Beacon {
        do throws(BeaconReader.Fault) {
            return try BeaconReader.beacon(text)
        } catch {
            throw .handler(422, ErrorMapping.wrapped("invalid reference: \(error.reason)", step))
        }
    }

    /// Where the references stand that a request changes. The class of an object that the path names by its id alone is
    /// looked up.
    ///
    /// - Parameter refusal: for an id that no class holds.
    private func source(
        of id: ObjectID, _ call: Call, orElse refusal: @autoclosure () -> Refusal
    ) async throws(Refusal) -> ReferenceSource {
        var collection = call.collection
        if collection == nil { collection = try await collections(holding: id, tenant: call.tenant).first }
        guard let collection else { throw refusal() }
        return ReferenceSource(
            collection: collection, id: id, property: call.parameters["property"] ?? "", tenant: call.tenant)
    }

    private static func missingSource(_ id: ObjectID) -> Refusal {
        .handler(422, ErrorMapping.wrapped("no object with id '\(id)'", "source object deprecated"))
    }

    private func requireSource(_ source: ReferenceSource) async throws(Refusal) {
        guard database.collection(named: source.collection) != nil else { throw .notFound }
        let selection = Query.Selection(properties: [])
        guard try await object(source.id, in: source.collection, source.tenant, selection) != nil else {
            throw .notFound
        }
    }
}

extension BodyReader {
    /// The beacon of a reference, empty where there is none.
    ///
    /// - Parameter place: where the reference stands in the body, e.g. `0.`; for messages.
    fileprivate mutating func beaconText(place: String) throws(Refusal) -> String {
        var text = ""
        try members(ofType: "models.SingleRef") { (reader, name) throws(Refusal) in
            guard name == "beacon" else { return try reader.skip() }
            text = try reader.text("SingleRef.beacon") ?? ""
        }
        guard text.isEmpty || RESTHandler.isURI(text) else {
            throw .format("\(place)beacon", in: "body", of: "uri", value: text)
        }
        return text
    }
}
