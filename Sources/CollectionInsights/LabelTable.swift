// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore

/// The labels of the objects that have a vector, in order of their ids.
///
/// A label is a value of a property, as text. Of an array each element is one, and two objects belong together if they have
/// any label in common. Missing values, empty texts and empty arrays are no label.
struct LabelTable: Sendable {
    /// More different ones are no labels.
    static let labelLimit = 10_000

    let property: String
    private(set) var names: [String] = []
    private(set) var ids: [ObjectID] = []
    private(set) var labeledCount = 0
    private var numbers: [String: UInt32] = [:]
    /// Where the labels of each object begin in `labels`, and in the end how many there are.
    private var starts: [UInt32] = [0]
    private var labels: [UInt32] = []

    /// - Throws: `InsightsError`, if the property holds no labels.
    init(property: String, in definition: CollectionDefinition) throws(InsightsError) {
        guard let found = definition.property(named: property) else {
            throw .unknownProperty(property, collection: definition.name)
        }
        switch found.type {
        case .scalar(.text), .scalar(.int), .scalar(.boolean), .array(.text), .array(.int), .array(.boolean): break
        case .scalar(let type): throw .unusableProperty(property, type: type.rawValue)
        case .array(let type): throw .unusableProperty(property, type: "\(type.rawValue)[]")
        case .reference(let targets): throw .unusableProperty(property, type: targets.joined(separator: ", "))
        }
        self.property = property
    }

    /// Adds an object; its id is greater than all before.
    mutating func add(_ id: ObjectID, _ value: PropertyValue?) throws(InsightsError) {
        ids.append(id)
        let start = labels.count
        for text in Self.texts(of: value) {
            let number: UInt32
            if let known = numbers[text] {
                number = known
            } else {
                guard names.count < Self.labelLimit else {
                    throw .tooManyLabels(property: property, limit: Self.labelLimit)
                }
                number = UInt32(names.count)
                names.append(text)
                numbers[text] = number
            }
            if !labels[start...].contains(number) { labels.append(number) }
        }
        if labels.count > start { labeledCount += 1 }
        starts.append(UInt32(labels.count))
    }

    func labels(at index: Int) -> ArraySlice<UInt32> { labels[Int(starts[index])..<Int(starts[index + 1])] }

    /// Whether the objects at two places have a label in common.
    func share(_ left: ArraySlice<UInt32>, _ right: ArraySlice<UInt32>) -> Bool {
        left.contains { right.contains($0) }
    }

    /// How many objects have each label.
    var counts: [Int] {
        var counts = [Int](repeating: 0, count: names.count)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }

    /// The longest text that counts; what follows is left out, so that no label is a document.
    private static let longestText = 200

    static func texts(of value: PropertyValue?) -> [String] {
        switch value {
        case .text(let text): text.isEmpty ? [] : [String(text.prefix(longestText))]
        case .int(let number): ["\(number)"]
        case .boolean(let flag): [flag ? "true" : "false"]
        case .array(let elements): elements.flatMap { texts(of: $0) }
        default: []
        }
    }
}
