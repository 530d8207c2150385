// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@Suite struct ObjectIDTests {
    static let canonical = "0b1f8c3e-5a4d-4e6f-9a7b-112233445566"

    @Test(arguments: [
        canonical, canonical.uppercased(), canonical.replacing("-", with: ""), "{\(canonical)}",
        "urn:uuid:\(canonical)",
    ])
    func `every written form of a UUID reads as the same one`(text: String) {
        #expect(ObjectID(text)?.description == Self.canonical)
    }

    @Test(arguments: [
        "", "x", "0b1f8c3e-5a4d-4e6f-9a7b-11223344556", "0b1f8c3e-5a4d-4e6f-9a7b-11223344556g",
        "0b1f8c3e+5a4d-4e6f-9a7b-112233445566",
    ])
    func `a text that is no UUID is refused`(text: String) {
        #expect(ObjectID(text) == nil)
    }

    @Test func `UUIDs are ordered by their bytes`() {
        let small = ObjectID(high: 1, low: .max)
        let large = ObjectID(high: 2, low: 0)
        #expect(small < large)
        #expect(ObjectID(high: 1, low: 1) < ObjectID(high: 1, low: 2))
    }

    @Test func `a random UUID is of version 4 and of the RFC's variant`() {
        let text = Array(ObjectID.random().description)
        #expect(text[14] == "4")
        #expect("89ab".contains(text[19]))
    }
}
