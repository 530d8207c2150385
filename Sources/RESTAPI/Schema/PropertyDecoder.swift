// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON

/// Reads properties as requests have them, and completes what they leave out.
struct PropertyDecoder {
    /// What the interface calls the body.
    var parameter: String

    /// Tokenizations that the original knows; the last four need dictionaries that are not here.
    static let tokenizations = [
        "word", "lowercase", "whitespace", "field", "trigram", "gse", "kagome_kr", "kagome_ja", "gse_ch",
    ]

    /// - Parameter place: where the property stands in the body, e.g. `properties.0.`; for messages.
    func property(_ value: JSONValue, place: String) throws(Refusal) -> PropertyDefinition {
        let fields = try BodyFields(value, type: "Property", parameter: parameter)
        return try property(fields, path: "", place: place)
    }

    /// - Parameter path: the names of the objects around a nested property, e.g. `address.`; empty for the others.
    private func property(_ fields: BodyFields, path: String, place: String) throws(Refusal) -> PropertyDefinition {
        let isNested = !path.isEmpty
        let name = try fields.text("name") ?? ""
        let shownName = path + (isNested ? name : PropertyName.normalized(name))
        let tokenizationName = try fields.text("tokenization")
        if let tokenizationName, !Self.tokenizations.contains(tokenizationName) {
            throw .notOneOf("\(place)tokenization", in: "body", Self.tokenizations)
        }
        let (type, isString) = try self.type(try fields.texts("dataType") ?? [], shownName, isNested: isNested)
        let indexes = try indexes(fields, type: type)
        var property = PropertyDefinition(
            completing: type, name: name, tokenization: try tokenization(tokenizationName, type, isString: isString),
            isFilterable: indexes.filterable, isSearchable: indexes.searchable, hasRangeIndex: indexes.ranges,
            isNested: isNested)
        property.description = try fields.text("description")
        property.textAnalyzer = try fields.fields("textAnalyzer", type: "TextAnalyzerConfig").flatMap(
            Self.textAnalyzer)
        if case .object(let modules)? = fields.value("moduleConfig") { property.moduleConfiguration = modules }
        for (position, nested) in (try fields.list("nestedProperties") ?? JSONArray()).enumerated() {
            let nestedFields = try BodyFields(nested, type: "NestedProperty", parameter: parameter)
            property.nestedProperties.append(
                try self.property(
                    nestedFields, path: "\(shownName).", place: "\(place)nestedProperties.\(position)."))
        }
        return property
    }

    /// A `TextAnalyzerConfig`; `nil` for one that asks for nothing.
    static func textAnalyzer(_ fields: BodyFields) throws(Refusal) -> TextAnalyzerDefinition? {
        TextAnalyzerDefinition(
            foldsAccents: try fields.boolean("asciiFold") ?? false,
            keptCharacters: try fields.texts("asciiFoldIgnore") ?? [],
            stopwordPreset: try fields.text("stopwordPreset"))
    }

    // MARK: - Types

    /// The type, and whether it was given as `string`, the old name of text cut at white space.
    private func type(
        _ names: [String], _ property: String, isNested: Bool
    ) throws(Refusal) -> (PropertyType, isString: Bool) {
        func refusal(_ reason: String) -> Refusal {
            .schema(
                422,
                "property '\(property)': invalid dataType: [\(names.joined(separator: " ").prefix(300))]: \(reason)")
        }
        guard let name = names.first else { throw refusal("dataType must have at least one element") }
        if let other = names.first(where: { !isCollectionName($0) }), names.count > 1 {
            throw refusal("only references have more than one data type, and '\(other.prefix(100))' is no class name")
        }
        if isCollectionName(name) { return (.reference(names), false) }
        let isArray = name.hasSuffix("[]")
        let element = isArray ? String(name.dropLast(2)) : name
        if element == "string", !isNested { return (isArray ? .array(.text) : .scalar(.text), true) }
        let withoutArrays: Set<ScalarType> = [.blob, .blobHash, .geoCoordinates, .phoneNumber]
        guard let scalar = ScalarType(rawValue: element), !isArray || !withoutArrays.contains(scalar) else {
            throw refusal("unknown primitive data type '\(name.prefix(100))'")
        }
        return (isArray ? .array(scalar) : .scalar(scalar), false)
    }

    private func isCollectionName(_ name: String) -> Bool {
        name.utf8.first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ?? false
    }

    private func tokenization(_ name: String?, _ type: PropertyType, isString: Bool) throws(Refusal) -> Tokenization? {
        if isString {
            switch name {
            case nil, "word": return .whitespace
            case "field": return .field
            case let other?:
                throw .schema(422, "tokenization '\(other)' is not allowed for data type '\(stringName(type))'")
            }
        }
        guard let name else { return nil }
        guard let tokenization = Tokenization(rawValue: name) else {
            throw .schema(
                422, "the tokenizer '\(name)' is not enabled: it needs a dictionary that is not part of this server")
        }
        return tokenization
    }

    private func stringName(_ type: PropertyType) -> String { type == .array(.text) ? "string[]" : "string" }

    // MARK: - Indexes

    /// The flags as given; the old `indexInverted` stands for the two first ones.
    private func indexes(
        _ fields: BodyFields, type: PropertyType
    ) throws(Refusal) -> (filterable: Bool?, searchable: Bool?, ranges: Bool?) {
        let filterable = try fields.boolean("indexFilterable")
        let searchable = try fields.boolean("indexSearchable")
        let ranges = try fields.boolean("indexRangeFilters")
        guard let inverted = try fields.boolean("indexInverted") else { return (filterable, searchable, ranges) }
        guard filterable == nil, searchable == nil, ranges == nil else {
            throw .schema(
                422,
                "`indexInverted` is deprecated and can not be set together with `indexFilterable`, `indexSearchable` or "
                    + "`indexRangeFilters`")
        }
        let isText = type == .scalar(.text) || type == .array(.text)
        return (inverted, isText && inverted, false)
    }
}
