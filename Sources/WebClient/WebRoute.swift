// SPDX-License-Identifier: Apache-2.0

/// Where connections of a request may go.
///
/// Without one, the system is asked for the addresses of the host, and each is fine.
package struct WebRoute: Sendable {
    /// Numeric addresses of the host, taken instead of asking the system; as text, IPv6 without brackets.
    package var addresses: [String]
    /// Asked for each connection before it is made, with the address in network order (4 or 16 bytes).
    package var mayConnect: @Sendable (_ address: [UInt8]) -> Bool

    package init(addresses: [String], mayConnect: @escaping @Sendable (_ address: [UInt8]) -> Bool) {
        self.addresses = addresses
        self.mayConnect = mayConnect
    }
}
