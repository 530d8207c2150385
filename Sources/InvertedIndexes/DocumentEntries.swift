// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// What one value of one property puts into the indexes.
struct PropertyEntries: Sendable {
    /// Posting keys without their chunk.
    var postings = KeyList()
    /// For a searchable text: each term with its occurrences, where more than one.
    var repeated: [(term: [UInt8], frequency: UInt32)] = []
    /// Terms too long for a key.
    var longTerms: [TextTerm] = []
    /// For a searchable text: all tokens, with repeats.
    var tokenCount: Int?
    var coordinates: GeoCoordinates?
    /// For a property with a bit-sliced index.
    var sliced: SlicedValue?
}

extension InvertedIndexSchema {
    /// What `value` puts into the indexes; nothing if the property has no index.
    func entries(of value: PropertyValue, in property: IndexedProperty) -> PropertyEntries {
        var entries = PropertyEntries()
        guard property.isIndexed else { return entries }
        if settings.indexNullState, !value.isNull { entries.postings.append(IndexKey.prefix(.present, property.id)) }
        switch property.type {
        case .reference:
            appendReferences(value, property, to: &entries)
        case .scalar(.geoCoordinates):
            if case .geoCoordinates(let coordinates) = value { entries.coordinates = coordinates }
        case .scalar(let type):
            appendTerms(CollectionOfOne(value), type, property, to: &entries)
            if property.isBitSliced { entries.sliced = Self.term(of: value, type).map(SlicedValue.init) }
            if case .text(let text) = value { appendLength(text.unicodeScalars.count, property, to: &entries) }
        case .array(let type):
            guard case .array(let elements) = value else { return entries }
            appendTerms(elements, type, property, to: &entries)
            appendLength(elements.count, property, to: &entries)
        }
        return entries
    }

    private func appendLength(_ length: Int, _ property: IndexedProperty, to entries: inout PropertyEntries) {
        guard settings.indexPropertyLength, length > 0 else { return }
        entries.postings.append(IndexKey.prefix(.length, property.id, IndexTerm.length(length)))
    }

    private func appendReferences(
        _ value: PropertyValue, _ property: IndexedProperty, to entries: inout PropertyEntries
    ) {
        guard case .references(let beacons) = value, !beacons.isEmpty else { return }
        entries.postings.append(IndexKey.prefix(.length, property.id, IndexTerm.length(beacons.count)))
        for beacon in Set(beacons) {
            let term = IndexTerm.uuid(beacon.id) + IndexTerm.text(beacon.collection ?? "").bytes
            entries.postings.append(IndexKey.prefix(.referenceTarget, property.id, term))
        }
    }

    private func appendTerms(
        _ values: some Collection<PropertyValue>, _ type: ScalarType, _ property: IndexedProperty,
        to entries: inout PropertyEntries
    ) {
        if type == .text {
            appendTokens(values, property, to: &entries)
            return
        }
        // Each term once, and none of them kept twice: there may be millions of values.
        var seen: Set<[UInt8]> = []
        for value in values {
            guard let term = Self.term(of: value, type), values.count == 1 || seen.insert(term).inserted else {
                continue
            }
            entries.postings.append(.term, property.id, term)
        }
    }

    private func appendTokens(
        _ values: some Collection<PropertyValue>, _ property: IndexedProperty, to entries: inout PropertyEntries
    ) {
        var tokens = TokenList()
        for case .text(let text) in values { property.tokenizer.append(text, to: &tokens) }
        tokens.forEachDistinct { token, frequency in
            if token.count < TextTerm.maximumByteCount, !token.contains(0) {
                // The term is the token and its end.
                entries.postings.add {
                    $0.append(EntryKind.term.rawValue)
                    $0.append(bigEndian: property.id.number)
                    $0.append(contentsOf: token)
                    $0.append(contentsOf: TextTerm.endOfWhole)
                }
                guard property.isSearchable, frequency > 1 else { return }
                entries.repeated.append((Array(token) + TextTerm.endOfWhole, frequency))
                return
            }
            let term = TextTerm(Array(token))
            entries.postings.append(.term, property.id, term.bytes)
            if term.isCut { entries.longTerms.append(term) }
            if property.isSearchable, frequency > 1 { entries.repeated.append((term.bytes, frequency)) }
        }
        if property.isSearchable { entries.tokenCount = tokens.count }
    }

    /// The term of a value that is no text; nil if the value is not of this type.
    static func term(of value: PropertyValue, _ type: ScalarType) -> [UInt8]? {
        switch (value, type) {
        case (.int(let value), .int): IndexTerm.int(value)
        case (.number(let value), .number): IndexTerm.number(value)
        case (.int(let value), .number): IndexTerm.number(Double(value))
        case (.boolean(let value), .boolean): IndexTerm.boolean(value)
        case (.date(let text), .date): Instant(text).map(IndexTerm.instant)
        case (.uuid(let value), .uuid): IndexTerm.uuid(value)
        default: nil
        }
    }
}

extension IndexedProperty {
    /// Whether there are any entries of it.
    var isIndexed: Bool { isFilterable || isSearchable || hasRangeIndex }

    /// Whether its values go into a bit-sliced index beside their terms.
    var isBitSliced: Bool {
        switch type {
        case .scalar(.int), .scalar(.number), .scalar(.date): isIndexed
        case .scalar, .array, .reference: false
        }
    }
}

extension PropertyValue {
    /// Whether `IsNull` is true of it: an empty text or list counts as no value.
    var isNull: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .references(let beacons): beacons.isEmpty
        case .int, .number, .boolean, .date, .uuid, .blob, .blobHash, .geoCoordinates, .phoneNumber, .object: false
        }
    }
}
