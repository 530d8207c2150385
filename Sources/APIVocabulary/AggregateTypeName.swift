// SPDX-License-Identifier: Apache-2.0

import DataModel

extension PropertyType {
    /// What aggregates call a property of this type.
    package var aggregateName: String {
        switch self {
        case .scalar(let type): type.rawValue
        case .array(let type): "\(type.rawValue)[]"
        case .reference: "cref"
        }
    }
}
