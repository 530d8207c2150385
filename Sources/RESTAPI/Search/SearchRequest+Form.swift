// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import ImageVectorizer
import MultipartForms

/// Reading a search from a request: from its body, and from the query where the body leaves room.
extension SearchRequest {
    /// What `request` asks for.
    init(_ kind: Kind, reading call: Call) throws(Refusal) {
        self.init(kind: kind)
        let request = call.request
        allowance = DecodingAllowance(request.memory, bodyByteCount: request.body.count)
        for (name, value) in request.query where !["consistency_level", "node_name"].contains(name) {
            try read(name, texts: [value], place: "query")
        }
        if let form = try RequestForm(request) {
            try read(form)
        } else if kind == .image, Self.isPicture(request) {
            guard !request.body.isEmpty else { throw .missingBody("body") }
            pictures.append(Picture(source: .bytes(request.body)))
        } else {
            var reader = try BodyReader(request)
            try read(&reader)
        }
        if tenant == "" { tenant = nil }
        self = try checked()
    }

    /// Whether the body is a picture itself by its content type.
    private static func isPicture(_ request: HTTPRequest) -> Bool {
        guard let text = request.header("content-type"), let type = MediaType(parsing: text) else { return false }
        return type.mainType == "image" || type.essence == "application/octet-stream"
    }

    // MARK: - Forms

    private mutating func read(_ form: RequestForm) throws(Refusal) {
        var names: [String] = []
        var texts: [String: [String]] = [:]
        for part in form.parts {
            if kind == .image, ["image", "images"].contains(part.name) {
                pictures.append(Picture(source: .bytes(try Self.picture(part, of: form))))
                continue
            }
            guard !part.isFile else {
                throw .handler(422, "part '\(part.name.prefix(100))' is a file; pictures go into parts named 'image'")
            }
            if texts[part.name] == nil { names.append(part.name) }
            texts[part.name, default: []].append(try form.text(of: part))
        }
        for name in names { try read(name, texts: texts[name] ?? [], place: "body") }
    }

    private static func picture(_ part: RequestForm.Part, of form: RequestForm) throws(Refusal) -> [UInt8] {
        if part.isFile { return try form.bytes(of: part) }
        return try PictureText.bytes(of: try form.text(of: part), place: "part '\(part.name)'")
    }

    // MARK: - Texts

    /// Reads what is given as one text or several.
    ///
    /// - Parameter place: `query` or `body`.
    private mutating func read(_ name: String, texts: [String], place: String) throws(Refusal) {
        let text = texts.last ?? ""
        switch name {
        case "properties": properties = Self.list(texts)
        case "targetVector", "targetVectors": targetVectors = Self.list(texts)
        case "weights" where kind == .image: weights = try Self.numbers(texts, name, place)
        case "crop" where kind == .image: crop = try crop(text)
        case "tenant": tenant = text
        // Left empty in a form.
        case "limit", "offset", "distance", "certainty", "excludeSelf", "id", "where", "groupBy", "vector", "vectors":
            guard !text.isEmpty else { return }
            try readOne(name, text, place: place)
        case "imageUrl" where kind == .image, "url" where kind == .image:
            pictures += texts.filter { !$0.isEmpty }.map { Picture(source: .url($0)) }
        default: throw Self.unknown(name, of: kind)
        }
    }

    private mutating func readOne(_ name: String, _ text: String, place: String) throws(Refusal) {
        switch name {
        case "limit": limit = try Self.int(text, name, place)
        case "offset": offset = try Self.int(text, name, place)
        case "distance": distance = try Self.number(text, name, place)
        case "certainty": certainty = try Self.number(text, name, place)
        case "excludeSelf":
            guard let value = ["true": true, "1": true, "false": false, "0": false][text] else {
                throw .format(name, in: place, of: "bool", value: text)
            }
            excludesSelf = value
        case "id" where kind == .object:
            guard let id = ObjectID(text) else { throw .format(name, in: place, of: "uuid", value: text) }
            self.id = id
        default: try readJSON(name, text)
        }
    }

    private mutating func readJSON(_ name: String, _ text: String) throws(Refusal) {
        var reader = try BodyReader(Array(text.utf8), parameter: name, allowance: allowance)
        try read(name, &reader)
    }

    /// `x,y,width,height`, or an object.
    private func crop(_ text: String) throws(Refusal) -> PictureCrop? {
        guard !text.isEmpty else { return nil }
        guard !text.contains("{") else {
            var other = self
            try other.readJSON("crop", text)
            return other.crop
        }
        let shares = text.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }
        let numbers = shares.compactMap { Double($0) }
        guard shares.count == 4, numbers.count == 4,
            let crop = PictureCrop(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
        else { throw Self.invalidCrop }
        return crop
    }

    private static func trimmed(_ text: Substring) -> String { text.filter { $0 != " " } }

    /// Names, one a text or with commas between them.
    private static func list(_ texts: [String]) -> [String] {
        texts.flatMap { $0.split(separator: ",").map(trimmed) }.filter { !$0.isEmpty }
    }

    private static func numbers(_ texts: [String], _ name: String, _ place: String) throws(Refusal) -> [Double] {
        var numbers: [Double] = []
        for text in list(texts) { numbers.append(try number(text, name, place)) }
        return numbers
    }

    private static func int(_ text: String, _ name: String, _ place: String) throws(Refusal) -> Int {
        guard let int = Int(text) else { throw .format(name, in: place, of: "int64", value: text) }
        return int
    }

    private static func number(_ text: String, _ name: String, _ place: String) throws(Refusal) -> Double {
        guard let number = Double(text), number.isFinite else {
            throw .format(name, in: place, of: "float64", value: text)
        }
        return number
    }
}
