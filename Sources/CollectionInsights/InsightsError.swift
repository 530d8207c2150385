// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Jobs

/// Why a collection can't be measured or drawn.
package enum InsightsError: JobFailure {
    case unknownProperty(String, collection: String)
    /// The type as definitions name it.
    case unusableProperty(String, type: String)
    case unknownVector(String, names: [String])
    /// Several vectors have names, and none was named.
    case vectorNotNamed(names: [String])
    case multiVector(String)
    case noVectors(collection: String)
    /// There are no two vectors.
    case tooFewVectors(collection: String)
    /// No object with a vector has a value of the property.
    case noLabels(property: String, objectCount: Int)
    /// No two objects have a label in common.
    case noSharedLabels(property: String)
    case tooManyLabels(property: String, limit: Int)
    case tooManyJobs(String, limit: Int)
    case layout(String)
    case database(DatabaseError)

    package var message: String {
        switch self {
        case .unknownProperty(let name, let collection):
            "class '\(collection)' has no property '\(name)'; name one that holds the label"
        case .unusableProperty(let name, let type):
            "property '\(name)' is of type \(type), which is no label; name one of type text, int or boolean, or an array of these"
        case .unknownVector(let name, let names):
            "there is no vector '\(name)'"
                + (names.isEmpty ? "; the class has one without a name" : "; there are \(Self.list(names))")
        case .vectorNotNamed(let names):
            "the class has several vectors; name one with targetVector: \(Self.list(names))"
        case .multiVector(let name): "vector '\(name)' is a multi-vector; only single vectors are measured and drawn"
        case .noVectors(let collection): "no object of class '\(collection)' has a vector"
        case .tooFewVectors(let collection):
            "class '\(collection)' has no two objects with a vector in an index, so there are no neighbors to find"
        case .noLabels(let property, let count):
            "none of the \(count) objects with a vector has a value of property '\(property)'"
        case .noSharedLabels(let property):
            "no two objects have a value of property '\(property)' in common, so there is nothing to find"
        case .tooManyLabels(let property, let limit):
            "property '\(property)' has more than \(limit) different values; a label has fewer"
        case .tooManyJobs(let kind, let limit):
            "\(limit == 1 ? "another \(kind) is" : "\(limit) others are") being made, and no more are at a time; ask again when it has ended"
        case .layout(let text): text
        case .database(let error): error.message
        }
    }

    private static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
}
