// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import ObjectStorage

struct ColumnScannerTests {
    @Test func `a scan reads the blocks that look-ups find, whichever of them it passes over`() throws {
        let storage = try Storage()
        var random = SplitMix64(seed: 8)
        let properties = (0..<3).map { PropertyID($0) }
        try storage.environment.write { transaction throws in
            for number in 0..<2_000 {
                var values: [PropertyID: PropertyValue] = [properties[2]: .int(1)]
                // None in some blocks.
                if number / 128 % 4 != 1 {
                    if Bool.random(using: &random) { values[properties[0]] = .int(.random(in: -9...9, using: &random)) }
                    values[properties[1]] = .array([.text("t\(number % 7)"), .text("")])
                }
                try storage.insert(ObjectID(number: UInt64(number)), values, in: transaction)
            }
        }
        try storage.environment.read { transaction throws in
            for (property, kind) in zip(properties, [ColumnKind.int, .texts, .int]) {
                for step in [1, 2, 3, 5] as [UInt32] {
                    let reader = try transaction.column(property, kind, in: storage.shard)
                    let scanner = try transaction.columnScanner(property, kind, in: storage.shard)
                    for number in stride(from: step - 1, to: 20, by: Int(step)) {
                        let block = try reader.block(number)
                        #expect(try scanner.move(to: number) == (block != nil))
                        guard let block else { continue }
                        #expect(scanner.block.present == block.present)
                        #expect(kind == .texts || scanner.block.ints == block.ints)
                        #expect(kind == .int || scanner.block.codes == block.codes)
                    }
                }
            }
        }
    }

    @Test func `a column of another type than the property is damage to a scan, too`() throws {
        let storage = try Storage()
        try storage.environment.write { transaction throws in
            try storage.insert(ObjectID(number: 1), [PropertyID(0): .int(1)], in: transaction)
            let scanner = try transaction.columnScanner(PropertyID(0), .number, in: storage.shard)
            #expect(throws: StorageError.self) { try scanner.move(to: 0) }
        }
    }

    @Test func `a dictionary numbers different texts in the order in which they come`() {
        var dictionary = TextDictionary()
        // More than its first table takes.
        let texts = ["", "a", "e\u{301}", "é"] + (0..<500).map { "text \($0)" }
        for _ in 0..<2 {
            for (number, text) in texts.enumerated() { #expect(dictionary.code(of: text) == number) }
        }
        #expect(dictionary.count == texts.count)
        for (number, text) in texts.enumerated() {
            #expect(dictionary.knownCode(of: text) == number)
            #expect(dictionary.text(number).utf8.elementsEqual(text.utf8))
        }
        #expect(dictionary.knownCode(of: "another") == nil)
        #expect(dictionary.count == texts.count)
        #expect(dictionary.precedes(0, 1) && dictionary.precedes(1, 3) && !dictionary.precedes(3, 3))
    }
}
