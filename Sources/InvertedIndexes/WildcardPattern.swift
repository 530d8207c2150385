// SPDX-License-Identifier: Apache-2.0

/// A pattern of `Like`: `?` stands for one character (code point), `*` for any number, also none; all else for itself.
struct WildcardPattern: Hashable, Sendable {
    private enum Piece: Hashable, Sendable {
        case byte(UInt8)
        case anyCharacter
        case anything
    }

    private let pieces: [Piece]
    /// The UTF-8 bytes before the first wildcard: every match begins with them.
    let literalPrefix: [UInt8]

    /// Whether there is no wildcard, so that only the text itself matches.
    var isLiteral: Bool { literalPrefix.count == pieces.count }

    /// - Parameter text: UTF-8.
    init(_ text: [UInt8]) {
        var pieces: [Piece] = []
        for byte in text {
            switch byte {
            case UInt8(ascii: "?"): pieces.append(.anyCharacter)
            // Two in a row say no more than one.
            case UInt8(ascii: "*"): if pieces.last != .anything { pieces.append(.anything) }
            default: pieces.append(.byte(byte))
            }
        }
        self.pieces = pieces
        var prefix: [UInt8] = []
        for case .byte(let byte) in pieces.prefix(while: { if case .byte = $0 { true } else { false } }) {
            prefix.append(byte)
        }
        literalPrefix = prefix
    }

    /// Whether the whole of `text`, valid UTF-8, matches.
    ///
    /// - Complexity: O(length of the text · length of the pattern) at worst, their sum usually; no recursion.
    func matches(_ text: [UInt8]) -> Bool {
        var (position, piece) = (0, 0)
        // Where to go on after a mismatch: behind the last `*`, one character later than before.
        var retry: (piece: Int, position: Int)?
        while position < text.count {
            if piece < pieces.count, let next = step(text, position, pieces[piece]) {
                position = next
                piece += 1
            } else if piece < pieces.count, pieces[piece] == .anything {
                piece += 1
                retry = (piece, position)
            } else if let last = retry {
                let next = Self.end(of: text, characterAt: last.position)
                retry = (last.piece, next)
                (piece, position) = (last.piece, next)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .anything }
    }

    private func step(_ text: [UInt8], _ position: Int, _ piece: Piece) -> Int? {
        switch piece {
        case .byte(let byte): text[position] == byte ? position + 1 : nil
        case .anyCharacter: Self.end(of: text, characterAt: position)
        case .anything: nil
        }
    }

    private static func end(of text: [UInt8], characterAt position: Int) -> Int {
        var end = position + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}
