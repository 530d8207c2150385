// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What one object is sorted by, for one key.
enum SortValue: Sendable {
    /// No value, `null`, or an empty array: before all others.
    case missing
    case boolean(Bool)
    /// Apart from `number`, since float64 has not every int64.
    case int(Int64)
    case number(Double)
    /// Seconds and nanoseconds since 1970.
    case instant(Int64, Int32)
    /// Lower-cased UTF-8.
    case text([UInt8])
    case id(ObjectID)
    case list([SortValue])

    /// The value of `property`, as sorting sees it.
    init(_ property: PropertyValue?) {
        switch property {
        case .text(let text)?: self = .text(Array(text.lowercased().utf8))
        case .int(let number)?: self = .int(number)
        case .number(let number)?: self = .number(number)
        case .boolean(let flag)?: self = .boolean(flag)
        case .date(let text)?:
            if let instant = Instant(text) {
                self = .instant(instant.seconds, instant.nanoseconds)
            } else {
                self = .missing
            }
        case .uuid(let id)?: self = .id(id)
        case .geoCoordinates(let place)?:
            self = .list([.number(Double(place.latitude)), .number(Double(place.longitude))])
        case .phoneNumber(let phone)?:
            self = .list([.number(Double(phone.countryCode)), .number(Double(phone.national))])
        case .array(let elements)?: self = elements.isEmpty ? .missing : .list(elements.map(SortValue.init))
        case .blob, .blobHash, .object, .references, nil: self = .missing
        }
    }

    /// −1, 0 or 1. Values of different kinds, which one property never has, compare by kind.
    func compared(with other: SortValue) -> Int {
        switch (self, other) {
        case (.missing, .missing): 0
        case (.missing, _): -1
        case (_, .missing): 1
        case (.boolean(let left), .boolean(let right)): order(left ? 1 : 0, right ? 1 : 0)
        case (.int(let left), .int(let right)): order(left, right)
        case (.number(let left), .number(let right)): order(left, right)
        case (.instant(let left, let leftRest), .instant(let right, let rightRest)):
            left != right ? order(left, right) : order(leftRest, rightRest)
        case (.text(let left), .text(let right)):
            left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        case (.id(let left), .id(let right)): order(left, right)
        case (.list(let left), .list(let right)): Self.compare(left, right)
        default: order(kind, other.kind)
        }
    }

    private static func compare(_ left: [SortValue], _ right: [SortValue]) -> Int {
        for (one, other) in zip(left, right) {
            let result = one.compared(with: other)
            if result != 0 { return result }
        }
        return order(left.count, right.count)
    }

    private var kind: Int {
        switch self {
        case .missing: 0
        case .boolean: 1
        case .int: 2
        case .number: 3
        case .instant: 4
        case .text: 5
        case .id: 6
        case .list: 7
        }
    }
}

private func order<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
    left < right ? -1 : left > right ? 1 : 0
}

/// A list of sort keys as a rule for putting objects in order.
struct SortOrder {
    var isDescending: [Bool]

    /// Whether `left` comes before `right`; `nil` if they are equal by every key. Descending turns the comparison round, not
    /// the order of equal objects.
    func precedes(_ left: [SortValue], _ right: [SortValue]) -> Bool? {
        for (position, descending) in isDescending.enumerated() {
            let result = left[position].compared(with: right[position])
            if result != 0 { return descending ? result > 0 : result < 0 }
        }
        return nil
    }
}
