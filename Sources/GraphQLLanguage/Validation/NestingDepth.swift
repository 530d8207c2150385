// SPDX-License-Identifier: Apache-2.0

/// Finds selections that nest too deep once fragments are expanded: what goes through them is recursive.
///
/// The fragments must not contain each other in a cycle.
struct NestingDepth {
    private let fragments: [String: Fragment]
    private let limit: Int
    /// Of fragments that were measured, how many levels they add.
    private var known: [String: Int] = [:]

    init(fragments: [String: Fragment], limit: Int) {
        self.fragments = fragments
        self.limit = limit
    }

    /// Whether `selections` go beyond the limit; a spread counts as a level.
    mutating func exceedsLimit(_ selections: SelectionSet) -> Bool { depth(of: selections, below: 0) == nil }

    /// The levels of `selections`, which begin under `level` others; `nil` if they go beyond the limit.
    private mutating func depth(of selections: SelectionSet, below level: Int) -> Int? {
        guard level < limit else { return nil }
        var deepest = 1
        for selection in selections.selections {
            let inner: Int?
            switch selection {
            case .field(let field):
                guard let selections = field.selections else { continue }
                inner = depth(of: selections, below: level + 1)
            case .inline(let fragment): inner = depth(of: fragment.selections, below: level + 1)
            case .spread(let spread): inner = depth(of: spread, below: level + 1)
            }
            guard let inner else { return nil }
            deepest = max(deepest, inner + 1)
        }
        return deepest
    }

    private mutating func depth(of spread: FragmentSpread, below level: Int) -> Int? {
        let name = spread.name.text
        if let known = known[name] { return level + known > limit ? nil : known }
        guard let fragment = fragments[name] else { return 0 }
        let found = depth(of: fragment.selections, below: level)
        known[name] = found
        return found
    }
}
