// SPDX-License-Identifier: Apache-2.0

import JSON

/// The definition of a class that an import makes because it is missing.
package struct NewClass: Hashable, Sendable {
    package struct Property: Hashable, Sendable {
        package var name: String
        /// As definitions have it, e.g. `text[]`.
        package var type: String
        /// Whether a text counts as one word: labels and paths.
        package var isOneToken = false
    }

    package var name: String
    package var properties: [Property]
    /// The property that vectors are made of; `nil` if they come with the objects.
    package var pictureProperty: String?

    private static let imageModule = "img2vec-neural"

    /// `moduleConfig`; `nil` for none.
    package var moduleConfiguration: JSONObject? {
        pictureProperty.map { [Self.imageModule: .object(["imageFields": .array([.string($0)])])] }
    }

    /// As `POST /v1/schema` takes it.
    package var json: JSONValue {
        var members = JSONObject([("class", .string(name))])
        members["vectorizer"] = .string(pictureProperty == nil ? "none" : Self.imageModule)
        if let moduleConfiguration { members["moduleConfig"] = .object(moduleConfiguration) }
        members["properties"] = .array(
            properties.map { property in
                var members = JSONObject([
                    ("name", .string(property.name)), ("dataType", .array([.string(property.type)])),
                ])
                if property.isOneToken { members["tokenization"] = .string("field") }
                return .object(members)
            })
        return .object(members)
    }
}
