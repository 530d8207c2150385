// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// What has been seen of one property so far. Tallies of parts of a collection merge into that of the whole.
struct PropertyTally: Sendable {
    private enum Kind { case ints, numbers, texts, booleans, dates }

    private let kind: Kind
    // Only that of the kind is used. They lie side by side, so that each is changed in its place.
    private var ints = ValueTally<Int64>()
    private var numbers = ValueTally<Double>()
    private var texts = TextTally()
    private var booleans = BooleanAggregate()
    private var dates = ValueTally<DatedText>()

    /// An empty one; `nil` for a type that is not aggregated.
    init?(_ type: PropertyType) {
        switch type {
        case .scalar(.int), .array(.int): kind = .ints
        case .scalar(.number), .array(.number): kind = .numbers
        case .scalar(.text), .array(.text): kind = .texts
        case .scalar(.boolean), .array(.boolean): kind = .booleans
        case .scalar(.date), .array(.date): kind = .dates
        case .scalar(.uuid), .scalar(.blob), .scalar(.blobHash), .scalar(.geoCoordinates), .scalar(.phoneNumber),
            .scalar(.object),
            .array(.uuid), .array(.blob), .array(.blobHash), .array(.geoCoordinates), .array(.phoneNumber),
            .array(.object), .reference:
            return nil
        }
    }

    /// Adds what one object holds: a value, or the elements of a list. Values of another type count nothing.
    mutating func add(_ value: PropertyValue) {
        if case .array(let elements) = value {
            for element in elements { addElement(element) }
        } else {
            addElement(value)
        }
    }

    private mutating func addElement(_ value: PropertyValue) {
        switch (kind, value) {
        case (.ints, .int(let value)): ints.add(value)
        case (.numbers, .number(let value)): numbers.add(value)
        case (.texts, .text(let value)): texts.add(value)
        case (.booleans, .boolean(let value)): booleans.add(value, count: 1)
        case (.dates, .date(let text)):
            if let instant = Instant(text) { dates.add(DatedText(instant: instant, shownAs: text)) }
        default: break
        }
    }

    /// Adds the values that some documents have in a block of the property's column, but for those that are `incomplete`.
    mutating func add(_ block: ColumnBlock, of documents: UInt128) {
        let documents = documents & ~block.incomplete
        switch kind {
        case .ints:
            let values = block.ints
            block.forEachHeld(of: documents) { ints.add(values[$1]) }
        case .numbers:
            let values = block.numbers
            block.forEachHeld(of: documents) { numbers.add(values[$1]) }
        case .booleans:
            let trueCount = (block.held & documents & block.marked).nonzeroBitCount
            booleans.add(true, count: trueCount)
            booleans.add(false, count: (block.held & documents).nonzeroBitCount - trueCount)
        case .dates: block.forEachHeld(of: documents) { dates.add(DatedText(instant: block.instant($1))) }
        case .texts:
            let texts = block.texts
            for (code, count) in block.counts(of: documents).enumerated() where count > 0 {
                self.texts.add(texts[code], count: count)
            }
        }
    }

    /// Adds a value of the term index, which is greater than all before.
    mutating func append(_ value: IndexedValue, count: Int) {
        switch (kind, value) {
        case (.ints, .int(let value)): ints.append(value, count: count)
        case (.numbers, .number(let value)): numbers.append(value, count: count)
        case (.booleans, .boolean(let value)): booleans.add(value, count: count)
        case (.dates, .date(let instant)): dates.append(DatedText(instant: instant), count: count)
        default: break
        }
    }

    /// - Parameter other: of the same property.
    mutating func merge(_ other: PropertyTally) {
        ints.merge(other.ints)
        numbers.merge(other.numbers)
        texts.merge(other.texts)
        booleans.add(true, count: other.booleans.trueCount)
        booleans.add(false, count: other.booleans.falseCount)
        dates.merge(other.dates)
    }

    /// What was asked for of all that was added.
    mutating func aggregate(_ request: AggregationRequest.PropertyRequest) -> PropertyAggregate {
        switch kind {
        case .ints: .ints(IntAggregate(&ints))
        case .numbers: .numbers(NumberAggregate(&numbers))
        case .texts:
            .texts(
                TextAggregate(
                    count: texts.count,
                    topOccurrences: request.measures.contains(.topOccurrences) ? texts.top(request.topCount) : []))
        case .booleans: .booleans(booleans)
        case .dates: .dates(DateAggregate(&dates))
        }
    }
}

/// A date as it is shown, in the order of time.
struct DatedText: Hashable, Comparable, Sendable {
    let instant: Instant
    /// Only where it is not that of the instant: most dates are given in UTC, and their texts never asked for.
    private let otherText: String?

    init(instant: Instant) {
        self.instant = instant
        otherText = nil
    }

    init(instant: Instant, shownAs text: String) {
        self.instant = instant
        otherText = text == instant.description ? nil : text
    }

    var text: String { otherText ?? instant.description }

    static func < (left: Self, right: Self) -> Bool {
        if left.instant != right.instant { return left.instant < right.instant }
        return left.otherText != right.otherText && left.text < right.text
    }
}

/// How often each text occurs.
struct TextTally: Sendable {
    private var counts: [String: Int] = [:]
    private(set) var count = 0

    mutating func add(_ text: String, count: Int = 1) {
        counts[text, default: 0] += count
        self.count += count
    }

    mutating func merge(_ other: TextTally) {
        counts.merge(other.counts) { $0 + $1 }
        count += other.count
    }

    /// The most frequent first; equally frequent ones in byte order.
    ///
    /// - Parameter limit: negative for all.
    func top(_ limit: Int) -> [TextAggregate.Occurrence] {
        counts.first(limit < 0 ? counts.count : limit) { left, right in
            left.value != right.value
                ? left.value > right.value : left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
        }.map { TextAggregate.Occurrence(value: $0.key, count: $0.value) }
    }
}

extension BooleanAggregate {
    mutating func add(_ value: Bool, count: Int) {
        if value { trueCount += count } else { falseCount += count }
    }
}

extension IntAggregate {
    init(_ tally: inout ValueTally<Int64>) {
        self.init()
        count = tally.count
        let runs = tally.runs()
        minimum = runs.first?.value
        maximum = runs.last?.value
        mode = runs.mode()
        guard count > 0 else { return }
        // 2⁶³ values of 64 bits do not overflow 127.
        let total = runs.reduce(Int128(0)) { $0 + Int128($1.value) * Int128($1.count) }
        sum = total
        mean = Double(total) / Double(count)
        median = runs.middle().map { Double(Int128($0.lower) + Int128($0.upper)) / 2 }
    }
}

extension NumberAggregate {
    init(_ tally: inout ValueTally<Double>) {
        self.init()
        count = tally.count
        let runs = tally.runs()
        minimum = runs.first?.value
        maximum = runs.last?.value
        mode = runs.mode()
        guard count > 0 else { return }
        let total = runs.reduce(0) { $0 + $1.value * Double($1.count) }
        sum = total
        mean = total / Double(count)
        // Halved first: their sum may be beyond float64.
        median = runs.middle().map { $0.lower == $0.upper ? $0.lower : $0.lower / 2 + $0.upper / 2 }
    }
}

extension DateAggregate {
    init(_ tally: inout ValueTally<DatedText>) {
        self.init()
        count = tally.count
        let runs = tally.runs()
        minimum = runs.first?.value.text
        maximum = runs.last?.value.text
        mode = runs.mode()?.text
        median = runs.middle().map { lower, upper in
            lower == upper ? lower.text : Instant(between: lower.instant, and: upper.instant).description
        }
    }
}

extension Sequence {
    /// The first `count` elements in the order of `precedes`, without putting the others in order.
    ///
    /// - Complexity: O(n log count), and O(count) for each element that is among the first for a while.
    func first(_ count: Int, by precedes: (Element, Element) -> Bool) -> [Element] {
        guard count > 0 else { return [] }
        guard count <= 1_000 else { return Array(sorted(by: precedes).prefix(count)) }
        var best: [Element] = []
        for element in self {
            if best.count == count, !precedes(element, best[count - 1]) { continue }
            var (low, high) = (0, best.count)
            while low < high {
                let middle = (low + high) / 2
                if precedes(best[middle], element) { low = middle + 1 } else { high = middle }
            }
            best.insert(element, at: low)
            if best.count > count { best.removeLast() }
        }
        return best
    }
}
