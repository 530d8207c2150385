// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Foundation
import TextMutation

/// Feeds spoiled base64 to the decoder and holds it against RFC 4648, written down digit by digit; Foundation's decoder, which takes
/// what follows the padding, cannot tell.
///
/// ```
/// Base64Fuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// What must hold for every text:
/// 1. it is accepted exactly if the reference accepts it, and gives the same bytes;
/// 2. line breaks count for nothing where they are allowed, and only there;
/// 3. bytes that are encoded are decoded to the same, and a text is canonical exactly if it is what its bytes are encoded to.
@main struct Base64Fuzz {
    private static let mutation = TextMutation(
        seeds: [
            "aGVsbG8gd29ybGQ=", "AA==", "AAA=", "AAAA", "/+/+", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "QUJD\nREVG\n",
            "QUJD\r\nREVG\r\n", String(repeating: "Zm9vYmFy", count: 20),
        ],
        pieces: [
            "=", "==", "===", "\n", "\r\n", "\r", " ", "-", "_", "+", "/", "A", "AA", "é", "\u{0}",
            "data:image/png;base64,",
        ])

    static func main() async {
        let program = FuzzProgram("Base64Fuzz", length: .init(executions: 10_000_000), smoke: .init(executions: 50_000))
        await program.main { run in
            var accepted = 0
            while run.goesOn() {
                let bytes = mutation.text(using: &run.random)
                guard let text = String(validating: bytes, as: UTF8.self) else { continue }
                if let finding = finding(text) { run.found("\(finding)\n\(text.debugDescription)") }
                if Base64.decoded(text) != nil { accepted += 1 }
            }
            return "\(accepted) texts were accepted"
        }
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// What the text stands for, bit by bit; `nil` for what is no base64, and for nothing.
    private static func reference(_ text: String) -> [UInt8]? {
        var rest = Array(text.utf8)
        guard !rest.isEmpty, rest.count % 4 == 0 else { return nil }
        var padding = 0
        while padding < 2, rest.last == UInt8(ascii: "=") {
            rest.removeLast()
            padding += 1
        }
        var bits: [Bool] = []
        for byte in rest {
            guard let value = digits.firstIndex(of: byte) else { return nil }
            for bit in (0..<6).reversed() { bits.append(value >> bit & 1 == 1) }
        }
        return (0..<bits.count / 8).map { index in
            bits[index * 8..<index * 8 + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
        }
    }

    /// What is wrong with the decoder, if this text shows it.
    private static func finding(_ text: String) -> String? {
        let decoded = Base64.decoded(text)
        let expected = reference(text)
        if decoded != expected {
            return "\(decoded?.count.description ?? "no") bytes instead of \(expected?.count.description ?? "none")"
        }
        let line = String(text.unicodeScalars.filter { $0 != "\n" && $0 != "\r" })
        let unwrapped = Base64.decodedIgnoringLineBreaks(text)
        if unwrapped != Base64.decoded(line) { return "line breaks change what is decoded" }
        guard let decoded else { return nil }
        let encoded = Base64.encoded(decoded.span)
        if encoded != [UInt8](Data(decoded).base64EncodedData()) { return "encoded otherwise than by Foundation" }
        let isCanonical = Base64.isCanonical(text.utf8Span.span, for: decoded.span)
        return isCanonical == text.utf8.elementsEqual(encoded) ? nil : "wrongly called canonical, or not"
    }
}
