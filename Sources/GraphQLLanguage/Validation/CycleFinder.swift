// SPDX-License-Identifier: Apache-2.0

/// Finds fragments that spread themselves, directly or through others.
struct CycleFinder {
    private let fragments: [String: Fragment]
    private var visited: Set<String> = []
    private var path: [FragmentSpread] = []
    private var indexInPath: [String: Int] = [:]

    init(fragments: [String: Fragment]) {
        self.fragments = fragments
    }

    /// The cycles that are reached from `fragment` and were not seen before.
    mutating func errors(from fragment: Fragment) -> [GraphQLError] {
        var errors: [GraphQLError] = []
        search(fragment, into: &errors)
        return errors
    }

    private mutating func search(_ fragment: Fragment, into errors: inout [GraphQLError]) {
        guard visited.insert(fragment.name.text).inserted else { return }
        let spreads = fragment.selections.spreads
        guard !spreads.isEmpty else { return }
        indexInPath[fragment.name.text] = path.count
        for spread in spreads {
            if let start = indexInPath[spread.name.text] {
                let cycle = path[start...]
                let via = cycle.isEmpty ? "" : " via \(cycle.map(\.name.text).joined(separator: ", "))"
                errors.append(
                    GraphQLError(
                        "Cannot spread fragment \"\(spread.name.text)\" within itself\(via).",
                        at: cycle.map(\.offset) + [spread.offset]))
            } else {
                path.append(spread)
                if let next = fragments[spread.name.text] { search(next, into: &errors) }
                path.removeLast()
            }
        }
        indexInPath[fragment.name.text] = nil
    }
}

extension SelectionSet {
    /// Every spread in it, at any depth.
    var spreads: [FragmentSpread] {
        selections.flatMap { selection in
            switch selection {
            case .field(let field): field.selections?.spreads ?? []
            case .spread(let spread): [spread]
            case .inline(let fragment): fragment.selections.spreads
            }
        }
    }
}
