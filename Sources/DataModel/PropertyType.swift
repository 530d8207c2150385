// SPDX-License-Identifier: Apache-2.0

/// The type of a property's value.
package enum PropertyType: Hashable, Sendable {
    case scalar(ScalarType)
    case array(ScalarType)
    /// References to objects of these collections, by name; at least one.
    case reference([String])
}

/// What one value, or one element of an array, is.
///
/// A `blobHash` is given as a blob, of which only the hash is stored.
package enum ScalarType: String, Hashable, Sendable, CaseIterable {
    case text, int, number, boolean, date, uuid, blob, blobHash, geoCoordinates, phoneNumber, object
}

/// How a text is cut into tokens.
package enum Tokenization: String, Hashable, Sendable, CaseIterable {
    case word, lowercase, whitespace, field, trigram
}
