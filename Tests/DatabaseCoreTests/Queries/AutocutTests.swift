// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DatabaseCore

@Suite struct AutocutTests {
    @Test func `the list is cut before a jump`() {
        #expect(autocutCount(of: [0.1, 0.11, 0.12, 0.9, 0.91, 0.92], jumps: 1) == 3)
    }

    @Test func `a list without a jump is kept whole`() {
        #expect(autocutCount(of: [0.1, 0.2, 0.3, 0.4], jumps: 1) == 4)
    }

    @Test(arguments: [0, -1])
    func `no jumps asked for keeps everything`(jumps: Int) {
        #expect(autocutCount(of: [0, 0, 5], jumps: jumps) == 3)
    }

    @Test(arguments: [[], [Float(1)], [1, 1, 1]])
    func `lists that have no shape are kept whole`(values: [Float]) {
        #expect(autocutCount(of: values, jumps: 1) == values.count)
    }
}
