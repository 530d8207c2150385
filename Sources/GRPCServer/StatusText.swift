// SPDX-License-Identifier: Apache-2.0

/// The text of a status, short enough for what clients take.
package enum StatusText {
    /// On the wire, where all but printable ASCII takes three bytes each. Python's client takes 8 KiB of metadata together.
    static let limitInBytes = 6 << 10

    /// The bytes of `text`, cut between two characters where they become too long.
    package static func fitting(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var size = 0
        for character in text {
            let piece = Array(String(character).utf8)
            size += piece.reduce(0) { $0 + (isPlain($1) ? 1 : 3) }
            if size > limitInBytes { return bytes + Array("…".utf8) }
            bytes += piece
        }
        return bytes
    }

    /// As `grpc-message` goes over the wire: all but printable ASCII as `%` and two digits.
    package static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in fitting(text) {
            if isPlain(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "%") }
}
