// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

/// What clients of every API read about an alias that cannot be: Weaviate's words.
extension AliasProblem {
    package var wording: String {
        switch self {
        case .invalidName(let name):
            "validation: '\(name.prefix(300))' is not a valid alias name: it begins with a letter, then come letters, "
                + "digits and '_', 255 in all at most"
        case .unknownCollection(let name): "validation: target class \"\(name.prefix(300))\" does not exist"
        case .nameOfCollection(let name):
            "updating schema: TYPE_CREATE_ALIAS: create alias: class \(name) already exists"
        case .exists(let name): "updating schema: TYPE_CREATE_ALIAS: create alias: alias \(name) already exists"
        case .notFound(let name): "alias \(name.prefix(300)) not found"
        }
    }
}
