// SPDX-License-Identifier: Apache-2.0

/// Equal arguments, without comparing those of every two fields: each field's arguments get a number, equal ones the same.
extension Validator {
    /// The same for fields with equal arguments.
    struct ArgumentsID: Hashable {
        fileprivate var number: Int
    }

    /// The numbers that were given.
    struct ArgumentsTable {
        /// By the offset of the field.
        fileprivate var ids: [Int: ArgumentsID] = [:]
        /// Fields with different arguments of the same hash value.
        fileprivate var representatives: [Int: [Field]] = [:]
        fileprivate var next = 1
    }

    /// - Complexity: linear in the arguments' text the first time a field is asked for.
    mutating func argumentsID(of field: Field) -> ArgumentsID {
        if field.arguments.isEmpty { return ArgumentsID(number: 0) }
        if let id = argumentsTable.ids[field.offset] { return id }
        let hash = hashValue(ofNamed: field.arguments.map { ($0.name.text, $0.value) })
        let same = argumentsTable.representatives[hash]?.first { haveSameArguments($0, field) }
        let id: ArgumentsID
        if let same, let known = argumentsTable.ids[same.offset] {
            id = known
        } else {
            id = ArgumentsID(number: argumentsTable.next)
            argumentsTable.next += 1
            argumentsTable.representatives[hash, default: []].append(field)
        }
        argumentsTable.ids[field.offset] = id
        return id
    }

    // MARK: Equality

    private func haveSameArguments(_ left: Field, _ right: Field) -> Bool {
        areEqual(left.arguments.map { ($0.name.text, $0.value) }, right.arguments.map { ($0.name.text, $0.value) })
    }

    /// Whether both name the same values, in whatever order.
    private func areEqual(_ left: [(String, Value)], _ right: [(String, Value)]) -> Bool {
        guard left.count == right.count else { return false }
        let left = left.sorted { $0.0 < $1.0 }
        let right = right.sorted { $0.0 < $1.0 }
        return zip(left, right).allSatisfy { $0.0 == $1.0 && areEqual($0.1, $1.1) }
    }

    private func areEqual(_ left: Value, _ right: Value) -> Bool {
        switch (left.kind, right.kind) {
        case (.variable(let left), .variable(let right)), (.enumeration(let left), .enumeration(let right)):
            left == right
        case (.int, .int), (.float, .float): areEqual(left.range, right.range)
        case (.string(let left), .string(let right)):
            left.isBlock == right.isBlock && areEqual(left.contents, right.contents)
        case (.boolean(let left), .boolean(let right)): left == right
        case (.numbers(let left), .numbers(let right)): left == right
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
        case (.object(let left), .object(let right)):
            areEqual(left.map { ($0.name.text, $0.value) }, right.map { ($0.name.text, $0.value) })
        default: false
        }
    }

    /// Whether the source has the same bytes in both ranges.
    private func areEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        document.source.bytes[left] == document.source.bytes[right]
    }

    // MARK: Hash values

    /// Equal for equal values under equal names, in whatever order.
    private func hashValue(ofNamed values: [(String, Value)]) -> Int {
        values.reduce(values.count) { hash, member in
            var hasher = Hasher()
            hasher.combine(member.0)
            hasher.combine(hashValue(of: member.1))
            return hash ^ hasher.finalize()
        }
    }

    private func hashValue(of value: Value) -> Int {
        var hasher = Hasher()
        switch value.kind {
        case .variable(let name), .enumeration(let name): hasher.combine(name)
        case .int, .float: combine(value.range, into: &hasher)
        case .string(let literal): combine(literal.contents, into: &hasher)
        case .boolean(let value): hasher.combine(value)
        case .numbers(let list): hasher.combine(list)
        case .list(let elements): for element in elements { hasher.combine(hashValue(of: element)) }
        case .object(let fields): hasher.combine(hashValue(ofNamed: fields.map { ($0.name.text, $0.value) }))
        }
        return hasher.finalize()
    }

    private func combine(_ range: Range<Int>, into hasher: inout Hasher) {
        let text = document.source.bytes.span.extracting(range)
        // Safety: the bytes are only read while the closure runs.
        unsafe text.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
