// SPDX-License-Identifier: Apache-2.0

/// Fields that come under one key of the answer must ask for the same (GraphQL, section 5.3.2).
extension Validator {
    /// A field with the type it is selected from.
    private struct Placed {
        var field: Field
        var parent: NamedType
        var definition: FieldDefinition?
    }

    /// Selection sets that are looked at together.
    struct Merge: Hashable {
        private struct Part: Hashable {
            var offset: Int
            var parent: String
        }

        private var parts: [Part]
        private var shapesOnly: Bool

        init(_ sets: [(SelectionSet, NamedType)], shapesOnly: Bool) {
            parts = sets.map { Part(offset: $0.0.offset, parent: $0.1.name) }
            self.shapesOnly = shapesOnly
        }
    }

    private struct Conflict {
        var key: String
        var reason: String
        var left: [Int]
        var right: [Int]
    }

    mutating func checkOverlaps(in set: SelectionSet, on parent: NamedType) {
        if hasCycles { return }
        if hasNothingInCommon(set) {
            // As much as to gather them: the limit is that of all sets.
            _ = spendComparisons(set.selections.count, at: set.offset)
            return
        }
        if isConsistent([(set, parent)], shapesOnly: false) { return }
        for conflict in conflicts(in: [(set, parent)]) {
            guard current.errors.count < limits.errors else { return }
            current.errors.append(
                GraphQLError(
                    "Fields \"\(conflict.key)\" conflict because \(conflict.reason). "
                        + "Use different aliases on the fields to fetch both if this was intentional.",
                    at: conflict.left + conflict.right))
        }
    }

    /// Whether a set has few fields, each under a key of its own, and no fragments: that of most queries, where there is nothing to
    /// gather and compare.
    private func hasNothingInCommon(_ set: SelectionSet) -> Bool {
        guard set.selections.count <= 16 else { return false }
        for (index, selection) in set.selections.enumerated() {
            guard case .field(let field) = selection else { return false }
            let isRepeated = set.selections[..<index].contains { other in
                if case .field(let other) = other { other.responseKey == field.responseKey } else { false }
            }
            if isRepeated { return false }
        }
        return true
    }

    /// Whether no fields of these sets conflict, looking at each field once: all fields under one key are held against the
    /// first of their parent type, and their own selections are looked at together.
    ///
    /// What it finds consistent has no conflicts. The opposite need not hold: that is for `conflicts` to say, which
    /// compares every two fields and knows the words.
    ///
    /// - Parameter shapesOnly: whether only types matter, since the fields are of different objects.
    private mutating func isConsistent(_ sets: [(SelectionSet, NamedType)], shapesOnly: Bool) -> Bool {
        let merge = Merge(sets, shapesOnly: shapesOnly)
        guard consistentMerges.insert(merge).inserted else { return true }
        var groups: [String: [Placed]] = [:]
        var keys: [String] = []
        var visited: Set<String> = []
        for (set, parent) in sets { gather(set, on: parent, into: &groups, keys: &keys, visited: &visited) }
        for key in keys {
            guard exceededLimit == nil else { return true }
            guard let group = groups[key], group.count > 1 else { continue }
            guard isConsistent(group, shapesOnly: shapesOnly) else {
                consistentMerges.remove(merge)
                return false
            }
        }
        return true
    }

    private mutating func isConsistent(_ group: [Placed], shapesOnly: Bool) -> Bool {
        var firstByParent: [String: (name: String, arguments: ArgumentsID)] = [:]
        var inner: [String: [(SelectionSet, NamedType)]] = [:]
        var offsets: Set<Int> = []
        var type: TypeReference?
        for placed in group {
            if !shapesOnly {
                let arguments = argumentsID(of: placed.field)
                let first = firstByParent[placed.parent.name] ?? (placed.field.name.text, arguments)
                guard first == (placed.field.name.text, arguments) else { return false }
                firstByParent[placed.parent.name] = first
            }
            guard let definition = placed.definition else { continue }
            guard haveSameShape(type ?? definition.type, definition.type) else { return false }
            type = definition.type
            guard let set = placed.field.selections, offsets.insert(set.offset).inserted else { continue }
            inner[shapesOnly ? "" : placed.parent.name, default: []].append((set, definition.type.namedType))
        }
        // What one parent selects must agree in all; what different ones do, in the types.
        for sets in inner.values where sets.count > 1 {
            guard isConsistent(sets, shapesOnly: shapesOnly) else { return false }
        }
        guard inner.count > 1 else { return true }
        return isConsistent(inner.values.flatMap { $0 }, shapesOnly: true)
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
                    guard spendComparisons(1, at: group[right].field.offset), conflicts.count < limits.errors else {
                        return conflicts
                    }
                    if let conflict = conflict(group[left], group[right], key: key) { conflicts.append(conflict) }
                }
            }
        }
        return conflicts
    }

    /// `false` once the limit is reached; the document is refused then.
    mutating func spendComparisons(_ count: Int, at offset: Int) -> Bool {
        remainingComparisons -= count
        guard exceededLimit == nil else { return false }
        if cancellation.isCancelled() {
            exceededLimit = .cancelled
        } else if remainingComparisons < 0 {
            exceededLimit = GraphQLError(
                "The query repeats fields and fragments more often than can be compared; write each of them once",
                at: offset)
        }
        return exceededLimit == nil
    }

    private mutating func gather(
        _ set: SelectionSet, on parent: NamedType, into groups: inout [String: [Placed]], keys: inout [String],
        visited: inout Set<String>
    ) {
        for selection in set.selections {
            guard spendComparisons(1, at: set.offset) else { return }
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
            if argumentsID(of: left.field) != argumentsID(of: right.field) {
                return conflict("they have differing arguments")
            }
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
            reason: shortened(
                inner.map { "subfields \"\($0.key)\" conflict because \($0.reason)" }.joined(separator: " and ")),
            left: [left.field.offset] + inner.flatMap(\.left), right: [right.field.offset] + inner.flatMap(\.right))
    }

    /// Each level of nesting repeats what its levels say: beyond some length it is cut.
    private func shortened(_ reason: String) -> String {
        let limit = 20 * limits.echoedBytes
        guard reason.utf8.count > limit else { return reason }
        return String(decoding: reason.utf8.prefix(limit), as: UTF8.self) + "..."
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
}
