// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// What has been seen of one property so far. Tallies of parts of a collection merge into that of the whole.
struct PropertyTally: Sendable {
    private enum Kind { case ints, numbers, texts, booleans, dates }

    private let kind: Kind
    /// Whether ints and numbers are kept, each different one; else only what sum, mean and extremes need of them.
    private let keepsValues: Bool
    // Only that of the kind is used. They lie side by side, so that each is changed in its place.
    private var ints = ValueTally<Int64>()
    private var intSums = IntSums()
    private var numbers = ValueTally<Double>()
    private var numberSums = NumberSums()
    private var texts = TextTally()
    private var booleans = BooleanAggregate()
    private var dates = ValueTally<DatedText>()

    /// An empty one; `nil` for a type that is not aggregated.
    ///
    /// - Parameter measures: what will be asked for; `nil` for anything.
    init?(_ type: PropertyType, for measures: AggregationRequest.Measures? = nil) {
        keepsValues = measures.map { !$0.isDisjoint(with: [.median, .mode]) } ?? true
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
        case (.ints, .int(let value)): if keepsValues { ints.add(value) } else { intSums.add(value) }
        case (.numbers, .number(let value)): if keepsValues { numbers.add(value) } else { numberSums.add(value) }
        case (.texts, .text(let value)): texts.add(value)
        case (.booleans, .boolean(let value)): booleans.add(value, count: 1)
        case (.dates, .date(let text)):
            if let instant = Instant(text) { dates.add(DatedText(instant: instant, shownAs: text)) }
        default: break
        }
    }

    /// Adds the values that some documents have in a block of the property's column, but for those that are `incomplete`.
    mutating func add(_ block: ColumnBuffer, of documents: UInt128) {
        let documents = documents & ~block.incomplete
        switch kind {
        case .ints:
            let values = block.ints
            if keepsValues {
                block.forEachRank(of: documents) { ints.add(values[$0]) }
            } else {
                // Beside `self`, so that they stay in registers.
                var sums = intSums
                block.forEachRank(of: documents) { sums.add(values[$0]) }
                intSums = sums
            }
        case .numbers:
            let values = block.numbers
            if keepsValues {
                block.forEachRank(of: documents) { numbers.add(values[$0]) }
            } else {
                var sums = numberSums
                block.forEachRank(of: documents) { sums.add(values[$0]) }
                numberSums = sums
            }
        case .booleans:
            let trueCount = (block.held & documents & block.marked).nonzeroBitCount
            booleans.add(true, count: trueCount)
            booleans.add(false, count: (block.held & documents).nonzeroBitCount - trueCount)
        case .dates: block.forEachRank(of: documents) { dates.add(DatedText(instant: block.instant($0))) }
        case .texts: texts.add(block, of: documents)
        }
    }

    /// Adds a value of the term index, which is greater than all before.
    mutating func append(_ value: IndexedValue, count: Int) {
        switch (kind, value) {
        case (.ints, .int(let value)):
            if keepsValues { ints.append(value, count: count) } else { intSums.add(value, count: count) }
        case (.numbers, .number(let value)):
            if keepsValues { numbers.append(value, count: count) } else { numberSums.add(value, count: count) }
        case (.booleans, .boolean(let value)): booleans.add(value, count: count)
        case (.dates, .date(let instant)): dates.append(DatedText(instant: instant), count: count)
        default: break
        }
    }

    /// - Parameter other: of the same property.
    mutating func merge(_ other: PropertyTally) {
        ints.merge(other.ints)
        intSums.merge(other.intSums)
        numbers.merge(other.numbers)
        numberSums.merge(other.numberSums)
        texts.merge(other.texts)
        booleans.add(true, count: other.booleans.trueCount)
        booleans.add(false, count: other.booleans.falseCount)
        dates.merge(other.dates)
    }

    /// What was asked for of all that was added.
    mutating func aggregate(_ request: AggregationRequest.PropertyRequest) -> PropertyAggregate {
        switch kind {
        case .ints: .ints(keepsValues ? IntAggregate(&ints) : IntAggregate(intSums))
        case .numbers: .numbers(keepsValues ? NumberAggregate(&numbers) : NumberAggregate(numberSums))
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

extension BooleanAggregate {
    mutating func add(_ value: Bool, count: Int) {
        if value { trueCount += count } else { falseCount += count }
    }
}

extension IntAggregate {
    init(_ tally: inout ValueTally<Int64>) {
        let runs = tally.runs()
        var sums = IntSums()
        for run in runs { sums.add(run.value, count: run.count) }
        self.init(sums)
        mode = runs.mode()
        median = runs.middle().map { Double(Int128($0.lower) + Int128($0.upper)) / 2 }
    }

    init(_ sums: IntSums) {
        self.init()
        count = sums.count
        guard count > 0 else { return }
        minimum = sums.minimum
        maximum = sums.maximum
        sum = sums.sum
        mean = Double(sums.sum) / Double(count)
    }
}

extension NumberAggregate {
    init(_ tally: inout ValueTally<Double>) {
        let runs = tally.runs()
        var sums = NumberSums()
        for run in runs { sums.add(run.value, count: run.count) }
        self.init(sums)
        mode = runs.mode()
        // Halved first: their sum may be beyond float64.
        median = runs.middle().map { $0.lower == $0.upper ? $0.lower : $0.lower / 2 + $0.upper / 2 }
    }

    init(_ sums: NumberSums) {
        self.init()
        count = sums.count
        guard count > 0 else { return }
        minimum = sums.minimum
        maximum = sums.maximum
        sum = sums.sum
        mean = sums.sum / Double(count)
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
