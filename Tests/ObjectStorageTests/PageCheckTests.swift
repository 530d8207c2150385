// SPDX-License-Identifier: Apache-2.0

import Foundation
import RandomNumbers
import Testing

@testable import ObjectStorage

struct PageCheckTests {
    private let folder = TemporaryFolder()
    private static let pageSize = 4096

    private func open(_ options: StorageEnvironment.Options) throws -> StorageEnvironment {
        try StorageEnvironment.open(folder: folder.path, options: options)
    }

    /// Opens as a check does; nothing may come back but an environment that works or `StorageError`.
    private func check() throws {
        var options = StorageEnvironment.Options.readOnly
        options.checksPages = true
        let environment = try open(options)
        defer { environment.close() }
        _ = try? environment.checkInvariants()
    }

    /// A file with several levels, large values, and pages that became free.
    private func wholeFile() throws -> Data {
        let environment = try open(.fast)
        for round in 0..<4 as Range<UInt8> {
            try environment.write { transaction throws in
                for number in 0..<600 as Range<Int> {
                    let size = number % 50 == 0 ? 20_000 : 60 + number % 7
                    try transaction.setSetting("setting \(number)", to: [UInt8](repeating: round, count: size))
                }
            }
        }
        try environment.write { transaction throws in
            for number in 0..<300 as Range<Int> { try transaction.setSetting("setting \(number)", to: nil) }
        }
        environment.close()
        return try folder.bytes(of: "data.mdb")
    }

    @Test func `a sound file has sound pages, empty or full`() throws {
        try open(.fast).close()
        try check()
        _ = try wholeFile()
        try check()
    }

    @Test func `pages can be checked before writing`() throws {
        var options = StorageEnvironment.Options.fast
        options.checksPages = true
        _ = try wholeFile()
        let environment = try open(options)
        try environment.write { try $0.setSetting("a", to: [1]) }
        environment.close()
        try check()
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `no damage to a page ends the process`(seed: UInt64) throws {
        let whole = try wholeFile()
        let pageCount = whole.count / Self.pageSize
        var random = SplitMix64(seed: seed)
        var refusalCount = 0
        for _ in 0..<150 {
            var damaged = whole
            let start = Int.random(in: 2..<pageCount, using: &random) * Self.pageSize
            switch Int.random(in: 0..<4, using: &random) {
            case 0: damaged[start + Int.random(in: 0..<40, using: &random)] = UInt8.random(in: 0...255, using: &random)
            case 1:
                for place in 0..<Self.pageSize { damaged[start + place] = UInt8.random(in: 0...255, using: &random) }
            case 2:
                let other = Int.random(in: 2..<pageCount, using: &random) * Self.pageSize
                damaged.replaceSubrange(start..<start + Self.pageSize, with: whole[other..<other + Self.pageSize])
            default:
                for _ in 0..<200 {
                    damaged[Int.random(in: 0..<whole.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            try folder.write(damaged, to: "data.mdb")
            do { try check() } catch is StorageError { refusalCount += 1 }
        }
        #expect(refusalCount > 20)
    }

    @Test func `a value with a wrong count of pages is named by its page`() throws {
        var bytes = try wholeFile()
        let overflow = stride(from: 2 * Self.pageSize, to: bytes.count, by: Self.pageSize).filter { start in
            bytes[start + 10] == 4 && bytes[start + 12] == 5
        }
        for start in overflow { bytes[start + 15] = 0x7F }
        try folder.write(bytes, to: "data.mdb")
        #expect { try check() } throws: { error in
            (error as? StorageError)?.message.contains("does not begin the 5 pages of a value") == true
        }
    }
}
