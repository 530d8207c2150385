// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import ImageVectorizer
import JSON

/// Reading a search from JSON.
extension SearchRequest {
    /// What is given as JSON, whichever kind of search it belongs to.
    mutating func read(_ reader: inout BodyReader) throws(Refusal) {
        var request = self
        try reader.members(ofType: "Search") { (reader, name) throws(Refusal) in
            try request.read(name, &reader)
        }
        self = request
    }

    /// Reads one member's value.
    mutating func read(_ name: String, _ reader: inout BodyReader) throws(Refusal) {
        let place = "Search.\(name)"
        switch name {
        case "image" where kind == .image: try readImage(&reader, place)
        case "images" where kind == .image: try readImages(&reader)
        case "imageUrl" where kind == .image, "url" where kind == .image:
            if let url = try reader.text(place) { pictures.append(Picture(source: .url(url))) }
        case "weights" where kind == .image: weights = try Self.numbers(&reader, place)
        case "crop" where kind == .image: crop = try Self.crop(&reader, place)
        case "vector" where kind == .vector: vector = try Self.vector(&reader, place)
        case "vectors" where kind == .vector: try readVectors(&reader, place)
        case "id" where kind == .object: id = try Self.id(&reader, place)
        case "limit": limit = try reader.int(place).map { Int($0) }
        case "offset": offset = try reader.int(place).map { Int($0) }
        case "distance": distance = try reader.number(place)?.value
        case "certainty": certainty = try reader.number(place)?.value
        case "where": filter = try reader.skipNull() ? nil : try WhereClause(&reader, place: "where")
        case "properties": properties = try reader.texts(place)
        case "targetVector", "targetVectors": targetVectors = try Self.names(&reader, place)
        case "tenant": tenant = try reader.text(place)
        case "groupBy": groupBy = try Self.groupBy(&reader, place)
        case "excludeSelf": excludesSelf = try reader.boolean(place) ?? false
        default: throw Self.unknown(name, of: kind)
        }
    }

    static func unknown(_ name: String, of kind: Kind) -> Refusal {
        .handler(
            422,
            "\(kind.rawValue) takes no '\(name.prefix(100))'; it takes "
                + kind.members.map(\.name).joined(separator: ", "))
    }

    // MARK: - Pictures

    private mutating func readImage(_ reader: inout BodyReader, _ place: String) throws(Refusal) {
        guard let text = try reader.text(place) else { return }
        try reader.charge(text.utf8.count)
        pictures.append(Picture(source: .bytes(try PictureText.bytes(of: text, place: "image"))))
    }

    /// Base64 texts, or objects with what each picture has of its own.
    private mutating func readImages(_ reader: inout BodyReader) throws(Refusal) {
        var pictures: [Picture] = []
        try reader.elements(of: "Search.images", ofType: "SearchImage") { (reader, position) throws(Refusal) in
            let place = "images[\(position)]"
            guard try reader.peek() == .object else {
                guard let text = try reader.text("Search.images") else {
                    throw .handler(422, "\(place) is null; leave it out, or give a picture")
                }
                try reader.charge(text.utf8.count)
                pictures.append(Picture(source: .bytes(try PictureText.bytes(of: text, place: place))))
                return
            }
            pictures.append(try Self.picture(&reader, place: place))
        }
        self.pictures += pictures
    }

    private static func picture(_ reader: inout BodyReader, place: String) throws(Refusal) -> Picture {
        var sources: [Picture.Source] = []
        var weight: Double?
        var crop: PictureCrop?
        try reader.members(ofType: "SearchImage") { (reader, name) throws(Refusal) in
            let member = "SearchImage.\(name)"
            switch name {
            case "image":
                guard let text = try reader.text(member) else { return }
                try reader.charge(text.utf8.count)
                sources.append(.bytes(try PictureText.bytes(of: text, place: "\(place).image")))
            case "id":
                if let id = try id(&reader, member) { sources.append(.object(id)) }
            case "imageUrl", "url":
                if let url = try reader.text(member) { sources.append(.url(url)) }
            case "weight": weight = try reader.number(member)?.value
            case "crop": crop = try Self.crop(&reader, "\(place).crop")
            default:
                throw .handler(
                    422, "\(place) takes no '\(name.prefix(100))'; it takes image, id, imageUrl, weight and crop")
            }
        }
        guard sources.count == 1 else {
            throw .handler(422, "\(place) takes one of 'image', 'id' and 'imageUrl'; it has \(sources.count)")
        }
        return Picture(source: sources[0], weight: weight, crop: crop)
    }

    private static func crop(_ reader: inout BodyReader, _ place: String) throws(Refusal) -> PictureCrop? {
        guard try !reader.skipNull() else { return nil }
        var shares: [String: Double] = [:]
        try reader.members(ofType: "SearchCrop") { (reader, name) throws(Refusal) in
            guard ["x", "y", "width", "height"].contains(name) else {
                throw .handler(422, "a crop takes no '\(name.prefix(100))'; it takes x, y, width and height")
            }
            shares[name] = try reader.number("SearchCrop.\(name)")?.value
        }
        guard let x = shares["x"], let y = shares["y"], let width = shares["width"], let height = shares["height"],
            let crop = PictureCrop(x: x, y: y, width: width, height: height)
        else { throw invalidCrop }
        return crop
    }

    static let invalidCrop = Refusal.handler(
        422,
        "a crop is x, y, width and height as shares of the picture, 0 to 1, width and height above 0, within the picture"
    )

    // MARK: - Vectors and the rest

    private static func vector(_ reader: inout BodyReader, _ place: String) throws(Refusal) -> QueryVector? {
        guard try reader.peek() == .array, try reader.startsWithArray() else {
            return try floats(&reader, place).map { .vector($0) }
        }
        var elements: [Float] = []
        var dimensions: Int?
        var isRagged = false
        try reader.elements(of: place, ofType: "[]float32") { (reader, _) throws(Refusal) in
            let row = try floats(&reader, place) ?? []
            isRagged = isRagged || row.isEmpty || row.count != dimensions ?? row.count
            dimensions = row.count
            elements += row
        }
        guard !isRagged, let dimensions else {
            throw .handler(422, "'vector' is a list of lists that are not all of one length above 0")
        }
        return .multiVector(MultiVector(dimensions: dimensions, elements: elements))
    }

    private static func floats(_ reader: inout BodyReader, _ place: String) throws(Refusal) -> [Float]? {
        guard let (values, count) = try reader.floats(place, keeping: VectorRules.maximumDimensions) else { return nil }
        guard count == values.count else {
            throw .handler(
                422, "a vector has \(count) dimensions; at most \(VectorRules.maximumDimensions) are taken")
        }
        guard count > 0 else { throw .handler(422, "a vector to search near to has at least one dimension") }
        return values
    }

    private mutating func readVectors(_ reader: inout BodyReader, _ place: String) throws(Refusal) {
        var vectors: [TargetVector] = []
        try reader.members(ofType: "SearchVectors") { (reader, name) throws(Refusal) in
            if let vector = try Self.vector(&reader, place) {
                vectors.append(TargetVector(target: name, vector: vector))
            }
        }
        self.vectors = vectors
    }

    private static func id(_ reader: inout BodyReader, _ place: String) throws(Refusal) -> ObjectID? {
        guard let text = try reader.text(place) else { return nil }
        guard let id = ObjectID(text) else { throw .format("id", in: "body", of: "uuid", value: text) }
        return id
    }

    /// A list of names, or one.
    private static func names(_ reader: inout BodyReader, _ place: String) throws(Refusal) -> [String] {
        guard try reader.peek() == .string else { return try reader.texts(place) ?? [] }
        return try reader.text(place).map { [$0] } ?? []
    }

    private static func numbers(_ reader: inout BodyReader, _ place: String) throws(Refusal) -> [Double]? {
        guard try !reader.skipNull() else { return nil }
        var numbers: [Double] = []
        try reader.elements(of: place, ofType: "float64") { (reader, _) throws(Refusal) in
            try reader.charge(MemoryLayout<Double>.stride)
            numbers.append(try reader.number(place)?.value ?? 0)
        }
        return numbers
    }

    private static func groupBy(_ reader: inout BodyReader, _ place: String) throws(Refusal) -> Query.GroupBy? {
        guard try !reader.skipNull() else { return nil }
        var groupBy = Query.GroupBy(property: "", groups: 10, objectsPerGroup: 10)
        try reader.members(ofType: "SearchGroupBy") { (reader, name) throws(Refusal) in
            switch name {
            case "property", "path":
                let path = try names(&reader, "SearchGroupBy.\(name)")
                guard path.count == 1 else {
                    throw .handler(422, "'groupBy' takes one property of the class; '\(name)' has \(path.count)")
                }
                groupBy.property = path[0]
            case "groups": groupBy.groups = try reader.int("SearchGroupBy.groups").map { Int($0) } ?? 10
            case "objectsPerGroup":
                groupBy.objectsPerGroup = try reader.int("SearchGroupBy.objectsPerGroup").map { Int($0) } ?? 10
            default:
                throw .handler(
                    422, "'groupBy' takes no '\(name.prefix(100))'; it takes property, groups and objectsPerGroup")
            }
        }
        guard !groupBy.property.isEmpty else { throw .handler(422, "'groupBy' needs a property") }
        return groupBy
    }
}
