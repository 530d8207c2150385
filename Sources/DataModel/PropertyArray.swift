// SPDX-License-Identifier: Apache-2.0

/// The elements of an array property, in order, in as few bytes as their type takes: a million integers take eight megabytes.
///
/// Invariant: elements that are all of one of the types below are kept as such, so that equal arrays are kept alike.
package struct PropertyArray: Hashable, Sendable {
    private enum Storage: Hashable, Sendable {
        case texts([String])
        case ints([Int64])
        case numbers([Double])
        case booleans([Bool])
        case dates([String])
        case uuids([ObjectID])
        /// Of other types, of several, or none at all.
        case values([PropertyValue])
    }

    private let storage: Storage

    private init<Element>(_ elements: [Element], _ storage: ([Element]) -> Storage) {
        self.storage = elements.isEmpty ? .values([]) : storage(elements)
    }

    package init(texts: [String]) { self.init(texts) { .texts($0) } }
    package init(ints: [Int64]) { self.init(ints) { .ints($0) } }
    package init(numbers: [Double]) { self.init(numbers) { .numbers($0) } }
    package init(booleans: [Bool]) { self.init(booleans) { .booleans($0) } }
    /// - Parameter dates: as `PropertyValue.date` has them.
    package init(dates: [String]) { self.init(dates) { .dates($0) } }
    package init(uuids: [ObjectID]) { self.init(uuids) { .uuids($0) } }

    /// Of any types. The other initializers never hold an array as values, which takes three times as much.
    package init(_ elements: [PropertyValue]) { storage = Self.typed(elements) ?? .values(elements) }

    /// - Returns: `nil` unless all are of one type that has a storage of its own.
    private static func typed(_ elements: [PropertyValue]) -> Storage? {
        func all<Element>(_ element: (PropertyValue) -> Element?) -> [Element]? {
            var all: [Element] = []
            all.reserveCapacity(elements.count)
            for value in elements {
                guard let element = element(value) else { return nil }
                all.append(element)
            }
            return all
        }
        switch elements.first {
        case .text?: return all { if case .text(let text) = $0 { text } else { nil } }.map { .texts($0) }
        case .int?: return all { if case .int(let number) = $0 { number } else { nil } }.map { .ints($0) }
        case .number?: return all { if case .number(let number) = $0 { number } else { nil } }.map { .numbers($0) }
        case .boolean?: return all { if case .boolean(let value) = $0 { value } else { nil } }.map { .booleans($0) }
        case .date?: return all { if case .date(let text) = $0 { text } else { nil } }.map { .dates($0) }
        case .uuid?: return all { if case .uuid(let id) = $0 { id } else { nil } }.map { .uuids($0) }
        case .blob?, .blobHash?, .geoCoordinates?, .phoneNumber?, .object?, .references?, .array?, nil: return nil
        }
    }
}

extension PropertyArray: RandomAccessCollection {
    package var startIndex: Int { 0 }

    package var endIndex: Int {
        switch storage {
        case .texts(let texts), .dates(let texts): texts.count
        case .ints(let numbers): numbers.count
        case .numbers(let numbers): numbers.count
        case .booleans(let values): values.count
        case .uuids(let ids): ids.count
        case .values(let values): values.count
        }
    }

    package subscript(position: Int) -> PropertyValue {
        switch storage {
        case .texts(let texts): .text(texts[position])
        case .ints(let numbers): .int(numbers[position])
        case .numbers(let numbers): .number(numbers[position])
        case .booleans(let values): .boolean(values[position])
        case .dates(let texts): .date(texts[position])
        case .uuids(let ids): .uuid(ids[position])
        case .values(let values): values[position]
        }
    }
}
