// SPDX-License-Identifier: Apache-2.0

/// The names of all collections, as far as the rules for one of them ask about the others.
package struct CollectionNames: Sendable {
    /// Whether there is a collection of exactly this name.
    package let contains: @Sendable (String) -> Bool
    /// The name of the collection that is called so, but for case.
    package let similar: @Sendable (String) -> String?
}

extension CollectionNames: ExpressibleByArrayLiteral {
    /// Those of a few collections.
    package init(_ definitions: [CollectionDefinition]) {
        let names = Set(definitions.map(\.name))
        self.init(
            contains: { names.contains($0) },
            similar: { name in names.first { $0.lowercased() == name.lowercased() } })
    }

    package init(arrayLiteral definitions: CollectionDefinition...) { self.init(definitions) }
}
