// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// An object as a request has it.
struct ObjectBody {
    /// With the class in its normal form; the class is empty where the request names none.
    var input: ObjectInput
    /// What is wrong with the object but not with the request: it fails in the words of a validation.
    var fault: String?
    /// Where the properties stand in the body, if it is JSON and they are an object.
    private var propertiesPlace: Range<Int>?

    init(input: ObjectInput) { self.input = input }

    /// Reads the whole body of a request.
    static func reading(_ request: HTTPRequest, blobs: (String) -> Set<String>) throws(Refusal) -> Self {
        var reader = try BodyReader(request)
        return try Self(&reader, place: "", blobs: blobs)
    }

    /// - Parameters:
    ///   - place: where the object stands in the body, e.g. `body.objects.0.`; for messages.
    ///   - blobs: the names of the blob properties of a class, which may be empty or unknown: what they hold is not indexed.
    init(_ reader: inout BodyReader, place: String, blobs: (String) -> Set<String>) throws(Refusal) {
        var object = Self(input: ObjectInput(collection: ""))
        try reader.members(ofType: "models.Object") { (reader, name) throws(Refusal) in
            try object.read(name, &reader, place: place)
        }
        self = object
        // The class may come after the properties.
        try chargeWords(in: reader, blobs: blobs)
    }

    /// Counts what indexing the properties will take; `reader` is the one that has read them.
    func chargeWords(in reader: BodyReader, blobs: (String) -> Set<String>) throws(Refusal) {
        guard let propertiesPlace, propertiesPlace.count >= DecodingAllowance.shortestTextLookedAt else { return }
        let blobs = blobs(input.collection)
        try reader.chargeWords(ofObjectAt: propertiesPlace) { !blobs.contains(PropertyName.normalized($0)) }
    }

    /// Reads one member's value, whatever the object is written in; passes over those it does not know.
    mutating func read(_ name: String, _ reader: inout BodyReader, place: String) throws(Refusal) {
        switch name {
        case "class": input.collection = CollectionName.normalized(try reader.text("Object.class") ?? "")
        case "id":
            guard let text = try reader.text("Object.id", type: "strfmt.UUID"), !text.isEmpty else { return }
            guard let id = ObjectID(text) else { throw .format("\(place)id", in: "body", of: "uuid", value: text) }
            input.id = id
        case "tenant":
            let tenant = try reader.text("Object.tenant")
            input.tenant = tenant == "" ? nil : tenant
        case "vector": input.vector = try vector(&reader, "Object.vector", name: nil)
        case "vectors": try readVectors(&reader)
        case "properties": try readProperties(&reader)
        default: try reader.skip()
        }
    }

    private mutating func readProperties(_ reader: inout BodyReader) throws(Refusal) {
        let (value, place) = try reader.deferredObject()
        propertiesPlace = nil
        switch value {
        case .null: input.properties = nil
        case .object(let properties):
            input.properties = properties
            propertiesPlace = place
        case let other: fault = "could not recognize object's properties: \(GoName.text(of: other))"
        }
    }

    private mutating func readVectors(_ reader: inout BodyReader) throws(Refusal) {
        var vectors: [String: [Float]] = [:]
        var multiVectors: [String: MultiVector] = [:]
        try reader.members(ofType: "models.Vectors") { (reader, name) throws(Refusal) in
            // A name that comes twice counts as it comes last.
            vectors[name] = nil
            multiVectors[name] = nil
            if try reader.isBeforeListOfLists() {
                multiVectors[name] = try multiVector(&reader, name: name)
            } else {
                vectors[name] = try vector(&reader, "Object.vectors", name: name)
            }
        }
        input.namedVectors = vectors
        input.multiVectors = multiVectors
    }

    /// A list of vectors; one whose vectors have different lengths, or none, fails the object.
    private mutating func multiVector(_ reader: inout BodyReader, name: String) throws(Refusal) -> MultiVector? {
        var elements: [Float] = []
        var dimensions: Int?
        var isRagged = false
        try reader.elements(of: "Object.vectors", ofType: "[]float32") { (reader, _) throws(Refusal) in
            let row = try vector(&reader, "Object.vectors", name: name) ?? []
            isRagged = isRagged || row.isEmpty || row.count != dimensions ?? row.count
            dimensions = row.count
            elements += row
        }
        guard !isRagged, let dimensions else {
            fault = VectorRules.raggedFault(name: name)
            return nil
        }
        return MultiVector(dimensions: dimensions, elements: elements)
    }

    /// A vector; of one that is too long only the beginning, and the object fails.
    private mutating func vector(
        _ reader: inout BodyReader, _ place: String, name: String?
    ) throws(Refusal) -> [Float]? {
        guard let (values, count) = try reader.floats(place, keeping: VectorRules.maximumDimensions) else { return nil }
        if count > values.count { fault = VectorRules.lengthFault(dimensions: count, name: name) }
        return values
    }
}

extension BodyReader {
    /// Whether an array comes next whose first element is an array.
    fileprivate mutating func isBeforeListOfLists() throws(Refusal) -> Bool {
        guard try peek() == .array else { return false }
        return try startsWithArray()
    }
}
