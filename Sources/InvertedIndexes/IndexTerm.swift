// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Values as byte strings whose order is the order of the values and of which none is the beginning of another.
enum IndexTerm {
    static func int(_ value: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8)
        bytes.append(bigEndian: UInt64(bitPattern: value) ^ 1 << 63)
        return bytes
    }

    /// −0 is 0; NaN, which no request can hold, comes after all numbers.
    static func number(_ value: Double) -> [UInt8] {
        let bits = value.isNaN ? Double.nan.bitPattern : (value == 0 ? 0 : value).bitPattern
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8)
        bytes.append(bigEndian: bits >> 63 == 1 ? ~bits : bits ^ 1 << 63)
        return bytes
    }

    static func boolean(_ value: Bool) -> [UInt8] { [value ? 1 : 0] }

    static func instant(_ value: Instant) -> [UInt8] {
        var bytes = int(value.seconds)
        bytes.append(bigEndian: UInt32(bitPattern: value.nanoseconds))
        return bytes
    }

    static func uuid(_ value: ObjectID) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        bytes.append(bigEndian: value.high)
        bytes.append(bigEndian: value.low)
        return bytes
    }

    static func length(_ value: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt32(clamping: value))
        return bytes
    }

    static func text(_ token: String) -> TextTerm { TextTerm(Array(token.utf8)) }

    /// How many bytes a term of this type has; nil for texts, which end in a mark.
    static func width(of type: ScalarType) -> Int? {
        switch type {
        case .int, .number: 8
        case .boolean: 1
        case .date: 12
        case .uuid: 16
        case .text, .blob, .blobHash, .geoCoordinates, .phoneNumber, .object: nil
        }
    }
}

/// The term of a token.
///
/// A zero byte is written as 00 FF, and 00 01 ends the term, so that byte order is kept. A token whose bytes, written so, are more than
/// 300 is cut to the longest beginning that fits; 00 02 and the SHA-256 of the whole token end it, and the token itself is stored
/// beside, for comparisons and patterns.
struct TextTerm: Hashable, Sendable {
    static let maximumByteCount = 300
    /// The two bytes that end a whole term.
    static let endOfWhole: [UInt8] = [0, 1]
    /// The two bytes before the hash of a cut term.
    static let endOfCut: [UInt8] = [0, 2]

    /// The token, as UTF-8.
    let token: [UInt8]
    /// As it stands in keys.
    let bytes: [UInt8]
    /// For a cut term, how many of `bytes` are before the hash.
    let byteCountBeforeHash: Int?

    var isCut: Bool { byteCountBeforeHash != nil }

    init(_ token: [UInt8]) {
        self.token = token
        var (bytes, taken) = Self.escapedBeginning(of: token)
        if taken == token.count {
            bytes.append(contentsOf: Self.endOfWhole)
            byteCountBeforeHash = nil
        } else {
            bytes.append(contentsOf: Self.endOfCut)
            byteCountBeforeHash = bytes.count
            bytes.append(contentsOf: SHA256.hash(of: token))
        }
        self.bytes = bytes
    }

    /// The beginning of `token` that fits into a key, and how many bytes of it that is.
    static func escapedBeginning(of token: [UInt8]) -> (escaped: [UInt8], taken: Int) {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(Swift.min(token.count, maximumByteCount) + 34)
        for (position, byte) in token.enumerated() {
            guard escaped.count + (byte == 0 ? 2 : 1) <= maximumByteCount else { return (escaped, position) }
            escaped.append(byte)
            if byte == 0 { escaped.append(0xFF) }
        }
        return (escaped, token.count)
    }

    /// Reads the term that begins at `start`: the token, or of a cut term its beginning, and where the term ends.
    ///
    /// - Returns: nil if no term begins there.
    static func read(_ key: RawSpan, from start: Int) -> (token: [UInt8], isCut: Bool, end: Int)? {
        var token: [UInt8] = []
        var position = start
        while position < key.byteCount {
            let byte = key.byte(at: position)
            position += 1
            if byte != 0 {
                token.append(byte)
                continue
            }
            guard position < key.byteCount else { return nil }
            let mark = key.byte(at: position)
            position += 1
            switch mark {
            case 0xFF: token.append(0)
            case 1: return (token, false, position)
            case 2: return position + 32 <= key.byteCount ? (token, true, position + 32) : nil
            default: return nil
            }
        }
        return nil
    }
}
