// SPDX-License-Identifier: Apache-2.0

/// What a vector has to be, whatever collection it is for.
package enum VectorRules {
    /// The most elements that a vector may have.
    package static let maximumDimensions = 65_535

    /// - Throws: `DatabaseError.invalidObject` when `vector` is empty or too long, or has an element that is not finite.
    package static func check(_ vector: [Float], name: String?) throws(DatabaseError) {
        let title = name.map { "vector '\($0)'" } ?? "vector"
        guard (1...maximumDimensions).contains(vector.count) else {
            throw .invalidObject("\(title) has \(vector.count) dimensions; 1 to \(maximumDimensions) are allowed")
        }
        if let index = vector.firstIndex(where: { !$0.isFinite }) {
            throw .invalidObject(
                "\(title) has the element \(vector[index]) at position \(index); all must be finite numbers")
        }
    }
}
