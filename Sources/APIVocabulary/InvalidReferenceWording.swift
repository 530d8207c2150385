// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

/// What clients of every API read about a reference that cannot be: Weaviate's words.
extension InvalidReference {
    package var wording: String {
        switch self {
        case .unknownProperty(let name, let collection):
            "no such prop with name '\(name.prefix(300))' found in class '\(collection)' in the schema. "
                + "Check your schema files for which properties in this class are available"
        case .notAReference(let property): "property '\(property)' is not a reference-type"
        case .unknownCollection(let name): "target class \"\(name.prefix(300))\" not found in schema"
        case .missingTarget(let id): "no object with id \(id) found"
        case .tenantsOnlyAtTarget:
            "invalid reference: cannot reference a multi-tenant enabled class from a non multi-tenant enabled class"
        }
    }
}
