// SPDX-License-Identifier: Apache-2.0

/// Requests with pictures: objects as forms, stored pictures, and searches beside GraphQL.
extension RequestGenerator {
    private static let boundary = "b0undary"

    mutating func ofPictures() -> FuzzRequest {
        switch values.count(0...9) {
        case 0, 1: storedPicture()
        case 2, 3, 4: objectForm()
        default: search()
        }
    }

    private mutating func storedPicture() -> FuzzRequest {
        let id = values.chance(10) ? values.pick(["x", ""]) : values.pick(ValueGenerator.ids)
        var path = ["v1", "objects", values.pick(["Thing", "Other", "thing", "No"]), id, "image"]
        if values.chance(2) { path.append(values.pick(["i", "i", "t", "no", "I"])) }
        var request = FuzzRequest(values.pick(["GET", "GET", "HEAD"]), path)
        if values.chance(2) { request.query = [("size", values.pick(["64", "256", "1024", "0", "x", ""]))] }
        if values.chance(3) {
            let ranges = [
                "bytes=0-1", "bytes=1-", "bytes=-3", "bytes=9-", "bytes=5-1", "bytes=-", "x", "bytes=0-1,2-3",
            ]
            request.headers.append(("range", values.pick(ranges)))
        }
        if values.chance(4) { request.headers.append(("if-none-match", values.pick(["*", "\"x\"", "W/\"", ""]))) }
        return request
    }

    // MARK: Forms

    private mutating func objectForm() -> FuzzRequest {
        let name = values.pick(["Thing", "Thing", "Other", "No", "thing"])
        var parts: [(head: String, content: String)] = []
        func add(_ name: String, _ content: String) { parts.append(("name=\"\(name)\"", content)) }
        if !values.chance(5) { add("id", text(values.uuid())) }
        for _ in 0..<values.count(0...5) {
            let property = values.pick([
                "n", "x", "t", "f", "b", "d", "u", "g", "p", "i", "ns", "ts", "bs", "o", "os", "r", "new", "", "vector",
                "properties", "tenant", "class", "vectors",
            ])
            let value = values.chance(3) ? values.anything() : values.chance(2) ? values.int() : values.text()
            add(property, text(value))
        }
        if values.chance(2) {
            parts.append(
                ("name=\(values.pick(["i", "i", "t", "no"])); filename=x.jpg", values.pick(["abcdef", "ab", ""])))
        }
        let method = values.pick(["POST", "POST", "PUT", "PATCH"])
        let path = ["v1", "objects", name] + (method == "POST" ? [] : [values.pick(ValueGenerator.ids)])
        return form(method, path, parts)
    }

    /// What a form would hold in place of a value in JSON.
    private func text(_ value: FuzzValue) -> String {
        switch value {
        case .text(let text), .word(let text): text
        default: value.json
        }
    }

    private mutating func form(
        _ method: String, _ path: [String], _ parts: [(head: String, content: String)]
    ) -> FuzzRequest {
        var body = ""
        for part in parts {
            body += "--\(Self.boundary)\r\nContent-Disposition: form-data; \(part.head)\r\n\r\n\(part.content)\r\n"
        }
        var request = FuzzRequest(method, path, body + "--\(Self.boundary)--")
        let boundary = values.chance(30) ? values.pick(["", "x", "\"", "b0undar"]) : Self.boundary
        request.headers = [("content-type", "multipart/form-data; boundary=\(boundary)")]
        return request
    }

    // MARK: Searches

    private mutating func search() -> FuzzRequest {
        let kind = values.pick(["near-image", "near-image", "near-vector", "near-object"])
        let path = ["v1", "search", values.pick(["Thing", "Other", "Other", "thing", "No"]), kind]
        var members: [(name: String, value: FuzzValue)] = []
        switch kind {
        case "near-image": members += pictures()
        case "near-vector":
            members.append(
                values.chance(4)
                    ? ("vectors", .object([(values.pick(["a", "b", "c"]), values.vector())]))
                    : ("vector", values.vector()))
        default: members.append(("id", values.uuid()))
        }
        for (name, value) in options() where values.chance(4) { members.append((name, value)) }
        switch values.count(0...3) {
        case 0:
            let parts = members.map { ("name=\"\($0.name)\"", text($0.value)) }
            return form("POST", path, parts)
        case 1 where kind == "near-image":
            var request = FuzzRequest("POST", path, values.pick(["abcdef", "ab", ""]))
            request.headers = [("content-type", values.pick(["image/jpeg", "application/octet-stream", "image/"]))]
            request.query = members.filter { !["image", "images"].contains($0.name) }.map { ($0.name, text($0.value)) }
            return request
        default: return FuzzRequest("POST", path, FuzzValue.object(members).json)
        }
    }

    private mutating func pictures() -> [(name: String, value: FuzzValue)] {
        var members: [(name: String, value: FuzzValue)] = []
        if !values.chance(4) { members.append(("image", values.picture())) }
        if values.chance(3) {
            let images = (0..<values.count(0...4)).map { _ -> FuzzValue in
                if values.chance(3) { return values.picture() }
                let source = values.chance(2) ? ("image", values.picture()) : ("id", values.uuid())
                return .object([source, ("weight", values.number()), ("crop", crop())])
            }
            members.append(("images", .list(images)))
        }
        if values.chance(4) {
            members.append(("weights", .list((0..<values.count(0...3)).map { _ in values.number() })))
        }
        if values.chance(4) { members.append(("crop", crop())) }
        return members
    }

    private mutating func crop() -> FuzzValue {
        if values.chance(6) { return values.anything() }
        let shares = ["0", "0.5", "1", "0.25", "-1", "2"]
        return .object(["x", "y", "width", "height"].map { ($0, .raw(values.pick(shares))) })
    }

    private mutating func options() -> [(name: String, value: FuzzValue)] {
        var filters = FilterGenerator(values: values, syntax: .rest)
        let filter = filters.filter()
        values = filters.values
        return [
            ("limit", values.int()), ("offset", .raw(values.pick(["0", "1", "5", "-1", "99999"]))),
            ("distance", values.number()), ("certainty", values.number()), ("where", filter),
            ("properties", .list([.text(values.pick(["t", "i", "n", "no", ""]))])),
            ("targetVector", .text(values.pick(["a", "b", "c", ""]))), ("tenant", values.text()),
            ("excludeSelf", .raw(values.pick(["true", "false", "1"]))), ("more", values.anything()),
            (
                "groupBy",
                .object([
                    ("property", .text(values.pick(["t", "n", "ts", "r", "no", "i"]))), ("groups", values.int()),
                    ("objectsPerGroup", .raw(values.pick(["1", "3", "0", "10000000"]))),
                ])
            ),
        ]
    }
}
