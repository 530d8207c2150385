// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A numeric address, IPv4 or IPv6, in network order.
package struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16.
    package let bytes: [UInt8]

    /// Fails for other than 4 or 16 bytes. An IPv4 address that is written as an IPv6 one (`::ffff:1.2.3.4`) is the same as itself.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let isMapped = bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10...11] == [0xff, 0xff]
        self.bytes = isMapped ? Array(bytes[12...]) : bytes
    }

    /// `1.2.3.4` or `2001:db8::1`; no other forms of either, and no zones.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard !text.utf8.contains(0) else { return nil }
        let isLong = text.utf8.contains(UInt8(ascii: ":"))
        // Safety: the text has a NUL, and the bytes have room for both kinds.
        guard unsafe inet_pton(isLong ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return nil }
        self.init(bytes: isLong ? bytes : Array(bytes[..<4]))
    }
}

extension NetworkAddress: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // Safety: the room is that of the longest address.
        let written = unsafe inet_ntop(
            bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(INET6_ADDRSTRLEN))
        precondition(unsafe written != nil, "an address of \(bytes.count) bytes")
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The addresses that begin with the same bits, such as `10.0.0.0/8`.
package struct NetworkRange: Hashable, Sendable {
    package let start: NetworkAddress
    package let prefixLength: Int

    /// Reads `ADDRESS/BITS`, or an address alone; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let start = NetworkAddress(String(first)) else { return nil }
        let width = start.bytes.count * 8
        guard parts.count == 2 else {
            self.start = start
            prefixLength = width
            return
        }
        guard !parts[1].isEmpty, parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let bits = Int(parts[1]), bits <= width
        else { return nil }
        self.start = start
        prefixLength = bits
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == start.bytes.count else { return false }
        let (whole, rest) = prefixLength.quotientAndRemainder(dividingBy: 8)
        guard address.bytes[..<whole] == start.bytes[..<whole] else { return false }
        return rest == 0 || (address.bytes[whole] ^ start.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}
