// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DatabaseCore

struct Base64Tests {
    @Test(arguments: [
        ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
        ("Zm9vYmFy", "foobar"),
    ])
    func `the test vectors of RFC 4648 are decoded and encoded`(text: String, plain: String) {
        #expect(Base64.decoded(text) == Array(plain.utf8))
        let encoded = Base64.encoded(Array(plain.utf8).span)
        #expect(encoded == Array(text.utf8))
    }

    @Test(arguments: [
        "", "A", "AA", "AAA", "AA=", "AA=A", "A===", "====", "AAAA=", "AAAA====", "=AAA", "AA==AAAA", "AAA AAAA",
        "AAAA\n",
        "data:image/png;base64,AAAA", "AA-_", "AAÄ=", "%%%%",
    ])
    func `anything but padded base64 is refused`(text: String) {
        #expect(Base64.decoded(text) == nil)
    }

    @Test(arguments: [
        "Zm9vYmFy", "Zm9vYmFy\n", "Zm9v\nYmFy", "Zm9v\r\nYmFy\r\n", "Zm\n9vYm\nFy", "\n\nZm9vYmFy", "Zm9vYmFy\r",
    ])
    func `line breaks count for nothing where they may be`(text: String) {
        #expect(Base64.decodedIgnoringLineBreaks(text) == Array("foobar".utf8))
    }

    @Test(arguments: [
        "", "\n", "\r\n", "Zg=\n", "Zm9v YmFy", "Zm9v\tYmFy", "data:image/png;base64,\nAAAA", "Zg==\nZg==", "%\n",
    ])
    func `anything else than line breaks is refused there too`(text: String) {
        #expect(Base64.decodedIgnoringLineBreaks(text) == nil)
    }

    @Test func `every byte value survives`() {
        let bytes = (0...255).map { UInt8($0) }
        for count in 1...256 {
            let part = Array(bytes.prefix(count))
            let text = Base64.encoded(part.span)
            let decoded = Base64.decoded(text.span)
            let isCanonical = Base64.isCanonical(text.span, for: part.span)
            #expect(decoded == part && isCanonical)
        }
    }

    @Test(arguments: ["Zh==", "Zm9=", "Zm9vZh=="])
    func `unused bits in the last digit are read and noticed`(text: String) throws {
        let bytes = try #require(Base64.decoded(text))
        let isCanonical = Base64.isCanonical(Array(text.utf8).span, for: bytes.span)
        #expect(!isCanonical)
    }
}
