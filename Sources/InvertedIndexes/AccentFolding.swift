// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Brings letters with accents down to their base letters, so that `école` and `ecole` are one word.
///
/// A letter is decomposed canonically (NFD) and loses its nonspacing marks (category Mn); Latin letters that do not decompose are
/// replaced by the table below. What is left is composed again (NFC). Other scripts pass through, but for their nonspacing marks.
package struct AccentFolding: Hashable, Sendable {
    /// Characters that stay as they are.
    private let kept: Set<Unicode.Scalar>

    /// - Parameter kept: characters that stay as they are, each a letter, composed or not; upper and lower case are two.
    package init(keeping kept: [String] = []) {
        self.kept = Set(kept.compactMap(Self.character))
    }

    /// The one character that a text is, composed; `nil` if it is none or several.
    package static func character(_ text: String) -> Unicode.Scalar? {
        let scalars = text.precomposedStringWithCanonicalMapping.unicodeScalars
        return scalars.count == 1 ? scalars.first : nil
    }

    /// - Complexity: O(length of the text); a text of ASCII is returned as it is.
    package func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            if scalar.isASCII || kept.contains(scalar) {
                result.append(scalar)
                continue
            }
            for part in String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars {
                if part.properties.generalCategory == .nonspacingMark { continue }
                if let replacement = Self.replacements[part] {
                    result.append(contentsOf: replacement.unicodeScalars)
                } else {
                    result.append(part)
                }
            }
        }
        return String(result).precomposedStringWithCanonicalMapping
    }

    /// Latin letters that have no canonical decomposition.
    private static let replacements: [Unicode.Scalar: String] = [
        "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ẞ": "SS", "ß": "ss", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l",
        "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t",
        "ı": "i", "ĸ": "k", "Ŋ": "N", "ŋ": "n", "ſ": "s", "Ĳ": "IJ", "ĳ": "ij", "Ŀ": "L", "ŀ": "l", "ŉ": "n",
        "ƀ": "b", "Ɓ": "B", "ɓ": "b", "Ƈ": "C", "ƈ": "c", "Ɖ": "D", "ɖ": "d", "Ɗ": "D", "ɗ": "d", "Ƒ": "F", "ƒ": "f",
        "Ɠ": "G", "ɠ": "g", "Ɨ": "I", "ɨ": "i", "Ƙ": "K", "ƙ": "k", "ƚ": "l", "Ɲ": "N", "ɲ": "n", "Ƥ": "P", "ƥ": "p",
        "Ƭ": "T", "ƭ": "t", "Ʈ": "T", "ʈ": "t", "Ʋ": "V", "ʋ": "v", "Ƴ": "Y", "ƴ": "y", "Ƶ": "Z", "ƶ": "z",
        "Ȥ": "Z", "ȥ": "z", "Ǥ": "G", "ǥ": "g",
    ]
}
