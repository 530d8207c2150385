// SPDX-License-Identifier: Apache-2.0

import CSystem

/// Finds the addresses of hosts.
package protocol HostResolving: Sendable {
    /// The addresses of `host`; none if it is not known. Blocks; gives up with `nil` when `isLate` says so, which it asks often.
    func addresses(of host: String, unless isLate: () -> Bool) -> [NetworkAddress]?
}

/// By the machine's name service.
package struct SystemResolver: HostResolving {
    package init() {}

    package func addresses(of host: String, unless isLate: () -> Bool) -> [NetworkAddress]? {
        guard !isLate() else { return nil }
        // Safety: the look-up is ended once, after its last use; the list has room for as many as it keeps.
        guard let resolution = unsafe nt_resolution_begin(host) else { return nil }
        defer { unsafe nt_resolution_end(resolution) }
        while unsafe nt_resolution_wait(resolution, 20) == 0 {
            if isLate() { return nil }
        }
        var found = [nt_address](repeating: nt_address(), count: Int(NT_ADDRESS_LIMIT))
        let count = unsafe Int(nt_resolution_addresses(resolution, &found))
        var addresses: [NetworkAddress] = []
        for each in found[..<count] {
            // Safety: the bytes lie in the struct, and are copied.
            let bytes = unsafe withUnsafeBytes(of: each.bytes) { unsafe Array($0.prefix(Int(each.size))) }
            if let address = NetworkAddress(bytes: bytes), !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }
}
