// SPDX-License-Identifier: Apache-2.0

/// Another name for a collection, which can be made to stand for another one at any time.
///
/// It names the collection by its name: it outlives the collection, and stands for whatever is called so later.
package struct CollectionAlias: Hashable, Sendable {
    package var name: String
    package var collection: String

    package init(name: String, collection: String) {
        self.name = name
        self.collection = collection
    }
}

/// Why an alias cannot be.
package enum AliasProblem: Error, Hashable, Sendable {
    case invalidName(String)
    case unknownCollection(String)
    case nameOfCollection(String)
    case exists(String)
    case notFound(String)

    /// In words of no API.
    package var message: String {
        switch self {
        case .invalidName(let name): "'\(name.prefix(300))' cannot be the name of an alias"
        case .unknownCollection(let name): "there is no collection \(name.prefix(300)) for an alias to stand for"
        case .nameOfCollection(let name): "a collection is called \(name)"
        case .exists(let name): "alias \(name) exists already"
        case .notFound(let name): "there is no alias \(name.prefix(300))"
        }
    }
}
