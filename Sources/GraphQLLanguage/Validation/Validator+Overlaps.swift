// SPDX-License-Identifier: Apache-2.0

/// Fields that come under one key of the answer must ask for the same (GraphQL, section 5.3.2).
extension Validator {
    /// A field with the type it is selected from.
    private struct Placed {
        var field: Field
        var parent: NamedType
        var definition: FieldDefinition?
    }

    private struct Conflict {
        var key: String
        var reason: String
        var left: [Int]
        var right: [Int]
    }

    mutating func checkOverlaps(in set: SelectionSet, on parent: NamedType) {
        if hasCycles { return }
        for conflict in conflicts(in: [(set, parent)]) {
            guard current.errors.count < limits.errors else { return }
            current.errors.append(
                GraphQLError(
                    "Fields \"\(conflict.key)\" conflict because \(conflict.reason). "
                        + "Use different aliases on the fields to fetch both if this was intentional.",
                    at: conflict.left + conflict.right))
        }
    }

    private mutating func conflicts(in sets: [(SelectionSet, NamedType)]) -> [Conflict] {
        var keys: [String] = []
        var groups: [String: [Placed]] = [:]
        var visited: Set<String> = []
        for (set, parent) in sets { gather(set, on: parent, into: &groups, keys: &keys, visited: &visited) }
        var conflicts: [Conflict] = []
        for key in keys {
            guard let group = groups[key], group.count > 1 else { continue }
            for left in group.indices {
                for right in group.indices[(left + 1)...] {
                    guard spendComparison(at: group[right].field.offset) else { return conflicts }
                    if let conflict = conflict(group[left], group[right], key: key) { conflicts.append(conflict) }
                }
            }
        }
        return conflicts
    }

    /// `false` once the limit is reached; the document is refused then.
    private mutating func spendComparison(at offset: Int) -> Bool {
        remainingComparisons -= 1
        if remainingComparisons < 0, exceededLimit == nil {
            exceededLimit = GraphQLError(
                "The query repeats fields and fragments more often than can be compared; write each of them once",
                at: offset)
        }
        return remainingComparisons >= 0
    }

    private mutating func gather(
        _ set: SelectionSet, on parent: NamedType, into groups: inout [String: [Placed]], keys: inout [String],
        visited: inout Set<String>
    ) {
        for selection in set.selections {
            guard spendComparison(at: set.offset) else { return }
            switch selection {
            case .field(let field):
                let placed = Placed(
                    field: field, parent: parent, definition: definition(of: field.name.text, on: parent))
                if groups[field.responseKey] == nil { keys.append(field.responseKey) }
                groups[field.responseKey, default: []].append(placed)
            case .inline(let fragment):
                let type = fragment.typeCondition.flatMap { composite(named: $0.text) } ?? parent
                gather(fragment.selections, on: type, into: &groups, keys: &keys, visited: &visited)
            case .spread(let spread):
                guard visited.insert(spread.name.text).inserted, let fragment = fragments[spread.name.text]
                else { continue }
                let type = composite(named: fragment.typeCondition.text) ?? parent
                gather(fragment.selections, on: type, into: &groups, keys: &keys, visited: &visited)
            }
        }
    }

    private mutating func conflict(_ left: Placed, _ right: Placed, key: String) -> Conflict? {
        // An object is of one type only, so fields of two different object types never meet in one answer.
        let areExclusive = left.parent.name != right.parent.name
        func conflict(_ reason: String) -> Conflict {
            Conflict(key: key, reason: reason, left: [left.field.offset], right: [right.field.offset])
        }
        if !areExclusive {
            if left.field.name.text != right.field.name.text {
                return conflict("\(left.field.name.text) and \(right.field.name.text) are different fields")
            }
            if !haveSameArguments(left.field, right.field) { return conflict("they have differing arguments") }
        }
        guard let leftDefinition = left.definition, let rightDefinition = right.definition else { return nil }
        if !haveSameShape(leftDefinition.type, rightDefinition.type) {
            return conflict("they return conflicting types \(leftDefinition.type) and \(rightDefinition.type)")
        }
        guard let leftSet = left.field.selections, let rightSet = right.field.selections,
            leftSet.offset != rightSet.offset
        else { return nil }
        let inner = conflicts(in: [
            (leftSet, leftDefinition.type.namedType), (rightSet, rightDefinition.type.namedType),
        ])
        .filter { !areExclusive || $0.reason.hasPrefix("they return") }
        guard !inner.isEmpty else { return nil }
        return Conflict(
            key: key,
            reason: inner.map { "subfields \"\($0.key)\" conflict because \($0.reason)" }.joined(separator: " and "),
            left: [left.field.offset] + inner.flatMap(\.left), right: [right.field.offset] + inner.flatMap(\.right))
    }

    private func haveSameShape(_ left: TypeReference, _ right: TypeReference) -> Bool {
        switch (left, right) {
        case (.nonNull(let left), .nonNull(let right)), (.list(let left), .list(let right)):
            return haveSameShape(left, right)
        case (.named(let left), .named(let right)):
            return left.isComposite && right.isComposite || left.name == right.name
        default: return false
        }
    }

    private func haveSameArguments(_ left: Field, _ right: Field) -> Bool {
        guard left.arguments.count == right.arguments.count else { return false }
        return left.arguments.allSatisfy { argument in
            guard let other = right.arguments.first(where: { $0.name.text == argument.name.text }) else { return false }
            return areEqual(argument.value, other.value)
        }
    }

    private func areEqual(_ left: Value, _ right: Value) -> Bool {
        let bytes = document.source.bytes
        switch (left.kind, right.kind) {
        case (.variable(let left), .variable(let right)), (.enumeration(let left), .enumeration(let right)):
            return left == right
        case (.int, .int), (.float, .float): return bytes[left.range] == bytes[right.range]
        case (.string(let left), .string(let right)):
            return bytes[left.contents] == bytes[right.contents] && left.isBlock == right.isBlock
        case (.boolean(let left), .boolean(let right)): return left == right
        case (.numbers(let left), .numbers(let right)): return left == right
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { field in
                    right.contains { $0.name.text == field.name.text && areEqual($0.value, field.value) }
                }
        default: return false
        }
    }
}
