// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `POST /v1/batch/references`.
extension RESTHandler {
    /// Adds what can be added; the others say why not, each in its place.
    func batchReferences(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        let bodies = try references(reading: call.request)
        guard !bodies.isEmpty else {
            throw .handler(422, "invalid params: length cannot be 0, need at least one reference for batching")
        }
        let additions = bodies.compactMap(\.addition)
        var added = additions.isEmpty ? [] : await database.addReferences(additions)
        precondition(added.count == additions.count, "\(additions.count) references were sent, \(added.count) answered")
        if let error = added.temporaryRefusal() { throw ErrorMapping.refusal(error, in: .write) }
        added.reverse()
        var writer = JSONWriter()
        writer.beginArray()
        for body in bodies {
            var faults = body.faults
            if body.addition != nil, case .failure(let error) = added.removeLast() {
                faults.append(error.wordingInReferenceBatch)
            }
            write(body, faults, to: &writer)
        }
        writer.endArray()
        return .json(writer.bytes)
    }

    private func references(reading request: HTTPRequest) throws(Refusal) -> [BatchReferenceBody] {
        var reader = try BodyReader(request)
        var bodies: [BatchReferenceBody] = []
        var fault: Refusal?
        try reader.list(ofType: "*models.BatchReference") { (reader) throws(Refusal) in
            try reader.charge(2 * Self.bytesForReference)
            var (from, to, tenant) = ("", "", "")
            try reader.members(ofType: "models.BatchReference") { (reader, name) throws(Refusal) in
                guard ["from", "to", "tenant"].contains(name) else { return try reader.skip() }
                let text = try reader.text("BatchReference.\(name)") ?? ""
                switch name {
                case "from": from = text
                case "to": to = text
                default: tenant = text
                }
                if name != "tenant", !text.isEmpty, !Self.isURI(text), fault == nil {
                    fault = .format(name, in: "body", of: "uri", value: text)
                }
            }
            bodies.append(BatchReferenceBody(from: from, to: to, tenant: tenant.isEmpty ? nil : tenant))
        }
        if let fault { throw fault }
        return bodies
    }

    /// Addresses that could not be read are left out.
    private func write(_ body: BatchReferenceBody, _ faults: [String], to writer: inout JSONWriter) {
        writer.beginObject()
        if let source = body.source {
            writer.member(
                "from", .string("weaviate://localhost/\(source.collection)/\(source.id)/\(source.property)"))
        }
        writer.key("result")
        writer.beginObject()
        if !faults.isEmpty {
            writer.key("errors")
            writer.beginObject()
            Refusal.writeErrors(faults.joined(separator: ", "), to: &writer)
            writer.endObject()
        }
        writer.member("status", .string(faults.isEmpty ? "SUCCESS" : "FAILED"))
        writer.endObject()
        if let target = body.target.map({ completed($0, from: body.source) }) {
            let path = [target.collection, target.id.description].compactMap { $0 }.joined(separator: "/")
            writer.member("to", .string("weaviate://localhost/\(path)"))
        }
        writer.endObject()
    }

    /// With the class that the beacon leaves out, where the source's property leads to one alone.
    private func completed(_ target: Beacon, from source: ReferenceSource?) -> Beacon {
        guard target.collection == nil, let source else { return target }
        let property = database.collection(named: source.collection)?.property(
            named: PropertyName.normalized(source.property))
        return property?.completed(target) ?? target
    }

    /// Whether a text begins as a URI does that a request may name: with a scheme, or with `/`.
    static func isURI(_ text: String) -> Bool {
        if text.hasPrefix("/") { return true }
        guard let end = text.firstIndex(of: ":"), let first = text.utf8.first,
            isLetter(first)
        else { return false }
        return text[..<end].utf8.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// A reference as the body of a batch has it, read as far as it can be.
private struct BatchReferenceBody {
    var source: ReferenceSource?
    var target: Beacon?
    /// What is wrong with its addresses.
    var faults: [String] = []

    init(from: String, to: String, tenant: String?) {
        do throws(BeaconReader.Fault) {
            source = try BeaconReader.source(from)
            source?.tenant = tenant
        } catch {
            faults.append(error.reason)
        }
        do throws(BeaconReader.Fault) { target = try BeaconReader.beacon(to) } catch { faults.append(error.reason) }
    }

    /// What the database is asked for; `nil` where an address could not be read.
    var addition: ReferenceAddition? {
        guard let source, let target else { return nil }
        return ReferenceAddition(source: source, target: target)
    }
}
