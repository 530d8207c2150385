// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import MultipartForms

/// Reads an object from a form: `class`, `id`, `tenant`, `vector`, `vectors` and `properties` are what they are in JSON, every
/// other part is the value of the property of its name.
///
/// A file becomes a blob, a text what the property's type makes of it. A text that is none of its type stays a text, so that
/// whoever checks the object says so in the words that it has for JSON. Several parts of one name are the elements of a list.
struct ObjectForm {
    private let form: RequestForm
    /// Of texts, which will be indexed.
    private var texts = JSONObject()
    private var textByteCount = 0

    /// The parts that are no properties.
    private static let members: Set<String> = ["class", "id", "tenant", "vector", "vectors", "properties"]

    private init(_ form: RequestForm) { self.form = form }

    /// The object in `form`; what is wrong with it, but not with the form, is its fault.
    ///
    /// - Parameters:
    ///   - collection: of the path; counts where the form names none.
    ///   - definition: of a collection, or what an alias stands for.
    static func body(
        _ form: RequestForm, in collection: String?, definition: (String) -> CollectionDefinition?
    ) throws(Refusal) -> ObjectBody {
        var reader = Self(form)
        var body = ObjectBody(input: ObjectInput(collection: ""))
        for part in form.parts where members.contains(part.name) { try reader.readMember(part, into: &body) }
        let name = body.input.collection.isEmpty ? collection ?? "" : body.input.collection
        try reader.readProperties(of: definition(name), named: name, into: &body)
        return body
    }

    // MARK: - Members

    private func readMember(_ part: RequestForm.Part, into body: inout ObjectBody) throws(Refusal) {
        switch part.name {
        case "class": body.input.collection = CollectionName.normalized(try form.text(of: part))
        case "tenant":
            let tenant = try form.text(of: part)
            body.input.tenant = tenant.isEmpty ? nil : tenant
        case "id":
            let text = try form.text(of: part)
            guard !text.isEmpty else { return }
            guard let id = ObjectID(text) else { throw .format("id", in: "body", of: "uuid", value: text) }
            body.input.id = id
        default:
            guard !part.content.isEmpty else { return }
            var json = try form.json(of: part)
            try body.read(part.name, &json, place: "")
            if part.name == "properties" { try body.chargeWords(in: json) { _ in [] } }
        }
    }

    // MARK: - Properties

    private mutating func readProperties(
        of definition: CollectionDefinition?, named name: String, into body: inout ObjectBody
    ) throws(Refusal) {
        var names: [String] = []
        var parts: [String: [RequestForm.Part]] = [:]
        for part in form.parts where !Self.members.contains(part.name) {
            let property = PropertyName.normalized(part.name)
            if parts[property] == nil { names.append(property) }
            parts[property, default: []].append(part)
        }
        guard !names.isEmpty else { return }
        if definition == nil, let file = form.parts.first(where: \.isFile) {
            body.fault = body.fault ?? Self.noClass(name, forFile: file.name)
        }
        var given = Set((body.input.properties?.members ?? []).map { PropertyName.normalized($0.name) })
        var members = (body.input.properties?.members ?? []).map { ($0.name, $0.value) }
        for name in names {
            guard given.insert(name).inserted else {
                body.fault =
                    body.fault
                    ?? "property '\(name.prefix(300))' is there twice: in the part 'properties' and in one of its own"
                continue
            }
            do throws(Fault) {
                members.append((name, try value(of: name, parts[name] ?? [], definition)))
            } catch {
                switch error {
                case .request(let refusal): throw refusal
                case .object(let text): body.fault = body.fault ?? text
                }
            }
        }
        try form.chargeWords(of: texts, byteCount: textByteCount)
        body.input.properties = JSONObject(members)
    }

    /// Why a property has no value.
    private enum Fault: Error {
        case request(Refusal)
        /// What is wrong with the object.
        case object(String)
    }

    private static func noClass(_ name: String, forFile part: String) -> String {
        name.isEmpty
            ? "the given class is empty"
            : "there is no class '\(name.prefix(300))' with a blob property for the file '\(part.prefix(300))'; create it "
                + "first, with POST /v1/schema"
    }

    private mutating func value(
        of name: String, _ parts: [RequestForm.Part], _ definition: CollectionDefinition?
    ) throws(Fault) -> JSONValue {
        guard let property = definition?.property(named: name) else {
            if let definition, parts.contains(where: \.isFile) {
                throw .object(
                    "no such prop with name '\(name.prefix(300))' found in class '\(definition.name)' in the schema. "
                        + "A file needs a property of type blob")
            }
            let values = try elements(parts, of: .text, name: name)
            return values.count == 1 ? values[0] : .array(values)
        }
        switch property.type {
        case .array(let type):
            if parts.count == 1, parts[0].contentType?.essence == "application/json" { return try json(parts[0]) }
            return .array(try elements(parts, of: type, name: name))
        case .reference:
            try requireOne(parts, name)
            return try json(parts[0])
        case .scalar(let type):
            try requireOne(parts, name)
            return try elements(parts, of: type, name: name)[0]
        }
    }

    private func requireOne(_ parts: [RequestForm.Part], _ name: String) throws(Fault) {
        guard parts.count == 1 else {
            throw .object("property '\(name.prefix(300))' takes one part; the form has \(parts.count) of this name")
        }
    }

    private mutating func elements(
        _ parts: [RequestForm.Part], of type: ScalarType, name: String
    ) throws(Fault) -> [JSONValue] {
        var values: [JSONValue] = []
        for part in parts {
            if type == .blob || type == .blobHash {
                values.append(try blob(part))
            } else if part.isFile {
                throw .object(
                    "property '\(name.prefix(300))' is of type \(type.rawValue) and takes no file; files go into blob properties"
                )
            } else {
                values.append(try scalar(part, of: type, name: name))
            }
        }
        return values
    }

    /// A file as it is; a text is base64 already.
    private func blob(_ part: RequestForm.Part) throws(Fault) -> JSONValue {
        do throws(Refusal) {
            return .string(part.isFile ? try form.base64(of: part) : try form.text(of: part))
        } catch {
            throw .request(error)
        }
    }

    private mutating func scalar(
        _ part: RequestForm.Part, of type: ScalarType, name: String
    ) throws(Fault) -> JSONValue {
        switch type {
        case .geoCoordinates, .phoneNumber, .object: return try json(part)
        case .text, .int, .number, .boolean, .date, .uuid, .blob, .blobHash: break
        }
        let text: String
        do throws(Refusal) { text = try form.text(of: part) } catch { throw .request(error) }
        switch type {
        case .int, .number:
            // What is no number is left to the check of the object, which says so.
            if let value = try? JSONValue(parsing: text), case .number = value { return value }
        case .boolean:
            if text == "true" || text == "false" { return .boolean(text == "true") }
        default:
            textByteCount += text.utf8.count
            texts["\(texts.count)"] = .string(text)
        }
        return .string(text)
    }

    private func json(_ part: RequestForm.Part) throws(Fault) -> JSONValue {
        do throws(Refusal) {
            var reader = try form.json(of: part)
            return try reader.value()
        } catch {
            throw .request(error)
        }
    }
}
