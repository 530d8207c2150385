// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What a vector has to be, whatever collection it is for.
package enum VectorRules {
    /// The most elements that a vector may have.
    package static let maximumDimensions = 65_535

    /// What is wrong with a vector of so many elements.
    package static func lengthFault(dimensions: Int, name: String?) -> String {
        "\(title(name)) has \(dimensions) dimensions; 1 to \(maximumDimensions) are allowed"
    }

    private static func title(_ name: String?) -> String { name.map { "vector '\($0)'" } ?? "vector" }

    /// - Throws: `DatabaseError.invalidObject` when rows of `vector` are too long, or have an element that is not finite.
    package static func check(_ vector: MultiVector, name: String?) throws(DatabaseError) {
        guard vector.dimensions <= maximumDimensions else {
            throw .invalidObject(lengthFault(dimensions: vector.dimensions, name: name))
        }
        if let index = vector.elements.firstIndex(where: { !$0.isFinite }) {
            throw .invalidObject(
                "\(title(name)) has the element \(vector.elements[index]) at position \(index % vector.dimensions) of its "
                    + "vector \(index / vector.dimensions); all must be finite numbers")
        }
    }

    /// What is wrong with a multi-vector that has no row, or rows of different lengths.
    package static func raggedFault(name: String) -> String {
        "vector '\(name)' must be a list of vectors of one length, each with a dimension or more"
    }

    /// - Throws: `DatabaseError.invalidObject` when `vector` is empty or too long, or has an element that is not finite.
    package static func check(_ vector: [Float], name: String?) throws(DatabaseError) {
        guard (1...maximumDimensions).contains(vector.count) else {
            throw .invalidObject(lengthFault(dimensions: vector.count, name: name))
        }
        if let index = vector.firstIndex(where: { !$0.isFinite }) {
            throw .invalidObject(
                "\(title(name)) has the element \(vector[index]) at position \(index); all must be finite numbers")
        }
    }
}
