// SPDX-License-Identifier: Apache-2.0

internal import DataModel

extension FilterValue {
    /// The name users give a value of this kind.
    var valueName: String {
        switch self {
        case .text, .texts: "valueText"
        case .int, .ints: "valueInt"
        case .number, .numbers: "valueNumber"
        case .boolean, .booleans: "valueBoolean"
        case .date, .dates: "valueDate"
        case .geoRange: "valueGeoRange"
        }
    }

    var isList: Bool {
        switch self {
        case .texts, .ints, .numbers, .booleans, .dates: true
        case .text, .int, .number, .boolean, .date, .geoRange: false
        }
    }

    /// How many values there are. O(1).
    var count: Int {
        switch self {
        case .texts(let values), .dates(let values): values.count
        case .ints(let values): values.count
        case .numbers(let values): values.count
        case .booleans(let values): values.count
        case .text, .int, .number, .boolean, .date, .geoRange: 1
        }
    }

    /// The values of a list; a single value by itself.
    var elements: [FilterValue] {
        switch self {
        case .texts(let values): values.map { .text($0) }
        case .ints(let values): values.map { .int($0) }
        case .numbers(let values): values.map { .number($0) }
        case .booleans(let values): values.map { .boolean($0) }
        case .dates(let values): values.map { .date($0) }
        case .text, .int, .number, .boolean, .date, .geoRange: [self]
        }
    }

    /// For each value of a list, a list of it alone.
    var lists: [FilterValue] {
        switch self {
        case .texts(let values): values.map { .texts([$0]) }
        case .ints(let values): values.map { .ints([$0]) }
        case .numbers(let values): values.map { .numbers([$0]) }
        case .booleans(let values): values.map { .booleans([$0]) }
        case .dates(let values): values.map { .dates([$0]) }
        case .text, .int, .number, .boolean, .date, .geoRange: [self]
        }
    }

    /// The terms to be compared with those of a property that is no text.
    func terms(as type: ScalarType, _ meter: WorkMeter) throws -> [[UInt8]] {
        var terms: [[UInt8]] = []
        for element in elements {
            try meter.count()
            switch element {
            case .int(let value): terms.append(IndexTerm.int(value))
            case .number(let value): terms.append(IndexTerm.number(value))
            case .boolean(let value): terms.append(IndexTerm.boolean(value))
            case .date(let text):
                guard let instant = Instant(text) else { throw FilterError(.invalidDate(text)) }
                terms.append(IndexTerm.instant(instant))
            case .text(let text):
                guard let id = ObjectID(text) else { throw FilterError(.invalidUUID(text)) }
                terms.append(IndexTerm.uuid(id))
            case .texts, .ints, .numbers, .booleans, .dates, .geoRange: break
            }
        }
        return terms
    }
}

extension ScalarType {
    /// The name users give a value to compare with.
    var valueName: String {
        switch self {
        case .text, .uuid: "valueText"
        case .int: "valueInt"
        case .number: "valueNumber"
        case .boolean: "valueBoolean"
        case .date: "valueDate"
        case .geoCoordinates: "valueGeoRange"
        case .blob, .blobHash: "valueBlob"
        case .phoneNumber: "valuePhoneNumber"
        case .object: "valueObject"
        }
    }
}

extension PropertyType {
    var isNested: Bool { self == .scalar(.object) || self == .array(.object) }

    /// As users write it; a reference by the collections it points to.
    var wireName: String {
        switch self {
        case .scalar(let type): type.rawValue
        case .array(let type): "\(type.rawValue)[]"
        case .reference(let collections): collections.joined(separator: ", ")
        }
    }
}
