// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

extension SortKey.Field {
    /// What objects are sorted by under this name: a property, or what every object has.
    package init(named name: some StringProtocol) {
        switch ObjectField(named: name) {
        case .id?: self = .id
        case .creationTime?: self = .creationTime
        case .updateTime?: self = .updateTime
        case nil: self = .property(String(name))
        }
    }
}
