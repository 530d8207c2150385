// SPDX-License-Identifier: Apache-2.0

/// Why one value does not fit its property, without the property's name.
struct InvalidValue: Error, Hashable {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
