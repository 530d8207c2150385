// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

/// What clients of every API read about a list of tenants that makes no sense.
extension TenantProblem {
    package var wording: String {
        switch self {
        case .emptyName(let index): "tenant name at index \(index): empty tenant name"
        case .invalidName(let name, let index):
            "tenant name at index \(index):  '\(name.prefix(300))' is not a valid tenant name. should only contain "
                + "alphanumeric characters (a-z, A-Z, 0-9), underscore (_), and hyphen (-), with a length between 1 and "
                + "\(TenantRules.maximumNameLength) characters"
        case .duplicate(let name): "tenant name \(name) existed multiple times"
        case .tooMany(let limit):
            "maximum number of tenants allowed to be updated simultaneously is \(limit). Please reduce the number of "
                + "tenants in your request and try again"
        }
    }
}

/// The names by which clients know whether a tenant is in use.
package enum ActivityStatus: String, CaseIterable, Sendable {
    case active = "ACTIVE"
    case inactive = "INACTIVE"
    case offloaded = "OFFLOADED"
    case offloading = "OFFLOADING"
    case onloading = "ONLOADING"
    case hot = "HOT"
    case cold = "COLD"
    case frozen = "FROZEN"
    case freezing = "FREEZING"
    case unfreezing = "UNFREEZING"

    /// As answers name it: by the older name, whatever a request said.
    package init(_ status: Tenant.Status) {
        switch status {
        case .active: self = .hot
        case .inactive: self = .cold
        }
    }

    /// What a request asks for with it.
    package enum Meaning: Sendable {
        case status(Tenant.Status)
        /// To be kept elsewhere: for that a module would be needed that is not here.
        case offloaded
        /// What a tenant can be and cannot be made.
        case transition
    }

    package var meaning: Meaning {
        switch self {
        case .active, .hot: .status(.active)
        case .inactive, .cold: .status(.inactive)
        case .offloaded, .frozen: .offloaded
        case .offloading, .onloading, .freezing, .unfreezing: .transition
        }
    }
}
