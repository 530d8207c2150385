// SPDX-License-Identifier: Apache-2.0

/// A stored entry that no version of this format writes.
package enum IndexDamage: Error, Hashable, Sendable {
    case malformedEntry(key: [UInt8])
    /// A cut term without its full text.
    case missingLongTerm(key: [UInt8])
    /// Buffered edits that are no run.
    case malformedRun

    package var message: String {
        switch self {
        case .malformedEntry(let key): "the inverted index entry \(Self.hexadecimal(key)) cannot be read"
        case .missingLongTerm(let key): "the text of the long term \(Self.hexadecimal(key)) is missing"
        case .malformedRun: "the buffered edits of the inverted indexes cannot be read"
        }
    }

    static func hexadecimal(_ key: [UInt8]) -> String {
        key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
