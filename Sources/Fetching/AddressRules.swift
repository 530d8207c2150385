// SPDX-License-Identifier: Apache-2.0

/// To which addresses connections may be made: those of the public internet, and what an operator adds.
///
/// What is not public follows IANA's registries of special-purpose addresses (RFC 6890 and later). IPv6 addresses that hold an
/// IPv4 address are judged by that where the network translates them (NAT64), and refused where they are tunnels (6to4, Teredo).
package struct AddressRules: Sendable {
    /// Networks that connections may be made to although they are not public.
    package var allowedNetworks: [NetworkRange]

    package init(allowedNetworks: [NetworkRange] = []) { self.allowedNetworks = allowedNetworks }

    package func allows(_ address: NetworkAddress) -> Bool {
        allowedNetworks.contains { $0.contains(address) } || Self.isPublic(address)
    }

    /// Whether the address is one of the public internet, of a single machine.
    static func isPublic(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == 16 else { return !specialShort.contains { $0.contains(address) } }
        if translated.contains(address) {
            // The last four bytes always make an address.
            return isPublic(NetworkAddress(bytes: Array(address.bytes[12...]))!)
        }
        return global.contains(address) && !specialLong.contains { $0.contains(address) }
    }

    /// What is public among IPv6 addresses lies in here.
    private static let global = range("2000::/3")
    /// NAT64, RFC 6052.
    private static let translated = range("64:ff9b::/96")

    private static let specialShort = [
        "0.0.0.0/8",  // this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // private
        "100.64.0.0/10",  // carrier-grade NAT
        "127.0.0.0/8",  // loopback
        "169.254.0.0/16",  // link-local, where clouds have their metadata
        "192.0.0.0/24",  // protocol assignments
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  // documentation
        "192.88.99.0/24",  // 6to4 relays
        "198.18.0.0/15",  // benchmarks
        "224.0.0.0/4",  // multicast
        "240.0.0.0/4",  // reserved, and broadcast
    ].map(range)

    private static let specialLong = [
        "2001::/23",  // protocol assignments, among them Teredo
        "2001:db8::/32", "3fff::/20",  // documentation
        "2002::/16",  // 6to4
    ].map(range)

    private static func range(_ text: String) -> NetworkRange {
        // The texts are those above, and a test reads each.
        NetworkRange(text)!
    }
}
