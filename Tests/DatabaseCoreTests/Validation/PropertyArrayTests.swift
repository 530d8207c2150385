// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@Suite struct PropertyArrayTests {
    @Test(
        arguments: [
            [], [.text("a"), .text("")], [.int(1), .int(-2)], [.number(0.5)], [.boolean(true), .boolean(false)],
            [.date("2020-01-01T00:00:00Z")], [.uuid(ObjectID(high: 1, low: 2))],
            [.object(["a": .int(1)]), .object([:])],
            [.int(1), .text("b"), .int(2)],
        ] as [[PropertyValue]])
    func `an array gives back what was put in, however it is kept`(elements: [PropertyValue]) {
        let array = PropertyArray(elements)
        #expect(Array(array) == elements && array.count == elements.count)
    }

    @Test func `equal arrays are equal, whichever way they were made`() {
        #expect(PropertyArray(ints: [1, 2]) == PropertyArray([.int(1), .int(2)]))
        #expect(PropertyArray(texts: []) == PropertyArray([]))
        #expect(PropertyArray(texts: ["2020-01-01T00:00:00Z"]) != PropertyArray(dates: ["2020-01-01T00:00:00Z"]))
    }

    @Test func `a value takes no more than 24 bytes, so that arrays of mixed ones and members stay small`() {
        #expect(MemoryLayout<PropertyValue>.stride == 24)
    }
}
