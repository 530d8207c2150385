// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import InvertedIndexes

/// Requests and answers of a real Weaviate server, one JSON object a line, in the folder that NEEDLETAIL_TEST_DATA names.
enum Recording {
    static var folder: String? { ProcessInfo.processInfo.environment["NEEDLETAIL_TEST_DATA"] }
    static var isAvailable: Bool {
        folder.map { FileManager.default.fileExists(atPath: $0 + "/differential/cases.jsonl") } ?? false
    }

    static func lines(_ name: String) throws -> [[String: Any]] {
        let text = try String(contentsOfFile: (folder ?? "") + "/differential/" + name, encoding: .utf8)
        return try text.split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }
}

/// The recorded collections, filled from the requests that filled the real ones.
struct RecordedWorld {
    private(set) var shards: [String: Shard] = [:]
    private var numbers: [String: [ObjectID: UInt32]] = [:]
    private var ids: [String: [UInt32: ObjectID]] = [:]

    init(_ cases: [[String: Any]]) throws {
        for entry in cases {
            guard (entry["name"] as? String)?.hasPrefix("world/") == true, let path = entry["path"] as? String else {
                continue
            }
            let body = entry["body"] as? [String: Any] ?? [:]
            switch path {
            case "/v1/schema": if let name = body["class"] as? String { shards[name] = Self.shard(body) }
            case "/v1/objects": try put(body)
            case "/v1/batch/objects": for object in body["objects"] as? [[String: Any]] ?? [] { try put(object) }
            default: break
            }
        }
        for name in shards.keys {
            let documents = (numbers[name] ?? [:]).mapValues { DocumentID($0) }
            shards[name]?.ids = MemoryIDs(documents: documents)
        }
    }

    func documents(_ filter: Filter, of collection: String) throws -> DocumentSet {
        guard let shard = shards[collection] else { return DocumentSet() }
        let names = shards.keys.sorted()
        let resolved = try shard.schema.resolve(filter, collection: collection) { name in
            guard let number = names.firstIndex(of: name), let other = shards[name] else { return nil }
            return ReferencedCollection(id: CollectionID(UInt32(number)), schema: other.schema)
        }
        return try documents(matching: resolved, of: collection, names)
    }

    /// - Parameter names: of the collections, by their numbers.
    private func documents(
        matching filter: ResolvedFilter, of collection: String, _ names: [String]
    ) throws -> DocumentSet {
        guard let shard = shards[collection] else { return DocumentSet() }
        var ids = shard.ids
        ids.targets = { number, filter in
            let name = names[Int(number.number)]
            let found = try documents(matching: filter, of: name, names)
            return TargetList(ids: found.compactMap { id(of: $0, in: name) })
        }
        return try shard.schema.documents(matching: filter, ids: ids, in: shard.store)
    }

    func id(of document: DocumentID, in collection: String) -> ObjectID? { ids[collection]?[document.number] }

    private static func shard(_ body: [String: Any]) -> Shard {
        var properties: [String: IndexedProperty] = [:]
        for (number, property) in (body["properties"] as? [[String: Any]] ?? []).enumerated() {
            guard let name = property["name"] as? String, let types = property["dataType"] as? [String] else {
                continue
            }
            let base = types[0].replacing("[]", with: "")
            let type: PropertyType =
                switch ScalarType(rawValue: base) {
                case .some(let scalar): types[0].hasSuffix("[]") ? .array(scalar) : .scalar(scalar)
                case nil: .reference(types)
                }
            properties[name] = IndexedProperty(
                id: PropertyID(UInt16(number)), type: type,
                tokenization: Tokenization(rawValue: property["tokenization"] as? String ?? "word") ?? .word,
                isFilterable: property["indexFilterable"] as? Bool ?? true,
                isSearchable: property["indexSearchable"] as? Bool ?? (base == "text"),
                hasRangeIndex: property["indexRangeFilters"] as? Bool ?? false)
        }
        let config = body["invertedIndexConfig"] as? [String: Any] ?? [:]
        let words = config["stopwords"] as? [String: Any] ?? [:]
        let bm25 = config["bm25"] as? [String: Double] ?? [:]
        let settings = InvertedIndexSettings(
            indexTimestamps: config["indexTimestamps"] as? Bool ?? false,
            indexNullState: config["indexNullState"] as? Bool ?? false,
            indexPropertyLength: config["indexPropertyLength"] as? Bool ?? false,
            stopWords: StopWords(
                preset: StopWords.Preset(rawValue: words["preset"] as? String ?? "en") ?? .en,
                additions: words["additions"] as? [String] ?? [], removals: words["removals"] as? [String] ?? []),
            bm25K1: Float(bm25["k1"] ?? 1.2), bm25B: Float(bm25["b"] ?? 0.75))
        return Shard(properties, settings: settings)
    }

    private mutating func put(_ object: [String: Any]) throws {
        guard let name = object["class"] as? String, let id = ObjectID(object["id"] as? String ?? ""),
            let schema = shards[name]?.schema, object["tenant"] == nil
        else { return }
        var values: [String: PropertyValue] = [:]
        for (key, value) in object["properties"] as? [String: Any] ?? [:] {
            guard let type = schema.properties[key]?.type else { continue }
            values[key] = Self.value(value, type)
        }
        let number = UInt32(numbers[name, default: [:]].count)
        numbers[name, default: [:]][id] = number
        ids[name, default: [:]][number] = id
        try shards[name]?.put(number, values, creationTime: 1_795_000_000_000, updateTime: 1_795_000_000_000)
    }

    private static func value(_ value: Any, _ type: PropertyType) -> PropertyValue? {
        switch type {
        case .array(let scalar):
            return (value as? [Any]).map { .array($0.compactMap { Self.value($0, .scalar(scalar)) }) }
        case .reference:
            let beacons = (value as? [[String: String]] ?? []).compactMap { entry -> Beacon? in
                let parts = (entry["beacon"] ?? "").split(separator: "/")
                guard parts.count == 4, let id = ObjectID(parts[3]) else { return nil }
                return Beacon(collection: String(parts[2]), id: id)
            }
            return .references(beacons)
        case .scalar(let scalar):
            switch scalar {
            case .text: return (value as? String).map { .text($0) }
            case .int: return (value as? NSNumber).map { .int($0.int64Value) }
            case .number: return (value as? NSNumber).map { .number($0.doubleValue) }
            case .boolean: return (value as? Bool).map { .boolean($0) }
            case .date: return (value as? String).map { .date($0) }
            case .uuid: return (value as? String).flatMap { ObjectID($0) }.map { .uuid($0) }
            case .blob: return .blob(Blob(bytes: [0]))
            case .blobHash: return .blobHash(BlobHash(digest: Array(repeating: 0, count: BlobHash.byteCount)))
            case .phoneNumber: return .phoneNumber(PhoneNumber(input: ""))
            case .object: return .object([:])
            case .geoCoordinates:
                guard let place = value as? [String: NSNumber], let latitude = place["latitude"],
                    let longitude = place["longitude"]
                else { return nil }
                return .geoCoordinates(GeoCoordinates(latitude: latitude.floatValue, longitude: longitude.floatValue))
            }
        }
    }
}

/// Reads the arguments of a recorded GraphQL query.
struct RecordedQuery {
    private var text: Substring

    let collection: String
    private(set) var arguments: [String: Any] = [:]

    /// nil unless the query is `{ Get { Class(…`.
    init?(_ query: String) {
        guard let start = query.range(of: "{ Get { ")?.upperBound, let open = query[start...].firstIndex(of: "(") else {
            return nil
        }
        collection = String(query[start..<open])
        text = query[query.index(after: open)...]
        while let name = name() {
            guard let value = value() else { return nil }
            arguments[name] = value
        }
    }

    private mutating func skipBlanks() { text = text.drop { $0.isWhitespace || $0 == "," || $0 == ":" } }

    private mutating func name() -> String? {
        skipBlanks()
        let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        text = text.dropFirst(name.count)
        return name.isEmpty ? nil : String(name)
    }

    private mutating func value() -> Any? {
        skipBlanks()
        switch text.first {
        case "{":
            text.removeFirst()
            var object: [String: Any] = [:]
            while let key = name() { object[key] = value() }
            skipBlanks()
            return text.popFirst() == "}" ? object : nil
        case "[":
            text.removeFirst()
            var list: [Any] = []
            skipBlanks()
            while text.first != "]" {
                guard let element = value() else { return nil }
                list.append(element)
                skipBlanks()
            }
            text.removeFirst()
            return list
        case "\"":
            var end = text.index(after: text.startIndex)
            while end < text.endIndex, text[end] != "\"" { end = text.index(end, offsetBy: text[end] == "\\" ? 2 : 1) }
            guard end < text.endIndex else { return nil }
            let literal = text[...end]
            text = text[text.index(after: end)...]
            return try? JSONSerialization.jsonObject(with: Data(literal.utf8), options: .fragmentsAllowed)
        default:
            let word = text.prefix { !$0.isWhitespace && !",)]}".contains($0) }
            text = text.dropFirst(word.count)
            if word.isEmpty { return nil }
            if let number = Int64(word) { return number }
            return Double(word) ?? (word == "true" ? true : word == "false" ? false : String(word) as Any)
        }
    }

    /// nil if the filter has a shape that cannot be told as a `Filter`.
    static func filter(_ value: Any) -> Filter? {
        guard let object = value as? [String: Any], let name = object["operator"] as? String else { return nil }
        if let operands = object["operands"] as? [Any] {
            let filters = operands.compactMap { filter($0) }
            guard filters.count == operands.count, object["path"] == nil else { return nil }
            switch name {
            case "And": return .and(filters)
            case "Or": return .or(filters)
            default: return filters.count == 1 ? .not(filters[0]) : nil
            }
        }
        let path = object["path"] as? [String] ?? (object["path"] as? String).map { [$0] } ?? []
        guard let comparison = FilterComparison(rawValue: name.prefix(1).lowercased() + name.dropFirst()),
            let filterPath = filterPath(path[...]), let value = filterValue(object)
        else { return nil }
        return .condition(FilterCondition(path: filterPath, comparison: comparison, value: value))
    }

    private static func filterPath(_ path: ArraySlice<String>) -> FilterPath? {
        guard let first = path.first else { return nil }
        if path.count >= 3 {
            return filterPath(path.dropFirst(2)).map {
                .through(property: first, collection: path[path.startIndex + 1], rest: $0)
            }
        }
        guard path.count == 1 else { return nil }
        switch first {
        case "id", "_id": return .id
        case "_creationTimeUnix": return .creationTime
        case "_lastUpdateTimeUnix": return .updateTime
        default: return first.hasPrefix("len(") ? .length(of: String(first.dropFirst(4).dropLast())) : .property(first)
        }
    }

    private static func filterValue(_ object: [String: Any]) -> FilterValue? {
        let values = object.filter { $0.key.hasPrefix("value") }
        guard values.count == 1, let (name, value) = values.first else { return nil }
        switch name {
        case "valueText", "valueString":
            return (value as? String).map { .text($0) } ?? (value as? [String]).map { .texts($0) }
        case "valueInt": return (value as? Int64).map { .int($0) } ?? (value as? [Int64]).map { .ints($0) }
        case "valueNumber":
            return number(value).map { .number($0) } ?? (value as? [Any]).map { .numbers($0.compactMap { number($0) }) }
        case "valueBoolean": return (value as? Bool).map { .boolean($0) } ?? (value as? [Bool]).map { .booleans($0) }
        case "valueDate": return (value as? String).map { .date($0) } ?? (value as? [String]).map { .dates($0) }
        default:
            guard let range = value as? [String: Any], let place = range["geoCoordinates"] as? [String: Any],
                let distance = range["distance"] as? [String: Any], let latitude = number(place["latitude"] as Any),
                let longitude = number(place["longitude"] as Any), let maximum = number(distance["max"] as Any)
            else { return nil }
            return .geoRange(
                center: GeoCoordinates(latitude: Float(latitude), longitude: Float(longitude)),
                distanceInMeters: Float(maximum))
        }
    }

    private static func number(_ value: Any) -> Double? { value as? Double ?? (value as? Int64).map { Double($0) } }
}
