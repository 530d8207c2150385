// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

@testable import ObjectStorage

/// Disk space that comes back while the file keeps its length.
struct FreePageTests {
    private let folder = TemporaryFolder()

    /// Bytes that commits of some small values add to the file.
    private let smallCommits = 1 << 18

    private func open() throws -> StorageEnvironment {
        try StorageEnvironment.open(folder: folder.path, options: .fast)
    }

    /// Holes and data follow each other in a file.
    private func bytesOnDisk() throws -> Int {
        // Linux's numbers, which are macros that Swift does not see.
        let (seekData, seekHole) = (3 as Int32, 4 as Int32)
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(folder.path)/data.mdb"))
        let descriptor = file.fileDescriptor
        var bytes = 0
        var place = lseek(descriptor, 0, seekData)
        while place >= 0 {
            let hole = lseek(descriptor, place, seekHole)
            bytes += Int(hole) - Int(place)
            place = lseek(descriptor, hole, seekData)
        }
        try file.close()
        return bytes
    }

    private func large(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 4 << 20) }

    @Test func `nothing is given back while a reader still sees all of it`() throws {
        let environment = try open()
        try environment.read { _ in
            try environment.write { try $0.setSetting("1", to: large(1)) }
            try environment.write { try $0.setSetting("1", to: nil) }
            #expect(try environment.releaseFreePages(leastPages: 1, leastPagesOfRun: 1) < 4 << 20)
        }
        #expect(try environment.releaseFreePages(leastPages: 1, leastPagesOfRun: 1) >= 4 << 20)
        environment.close()
    }

    @Test func `what was removed is given back, what is there stays`() throws {
        let environment = try open()
        for number in 1...3 as ClosedRange<UInt8> {
            try environment.write { try $0.setSetting("\(number)", to: large(number)) }
        }
        let before = try bytesOnDisk()
        let length = try folder.bytes(of: "data.mdb").count
        try environment.write { try $0.setSetting("2", to: nil) }
        #expect(try environment.releaseFreePages() >= 4 << 20)
        #expect(try bytesOnDisk() <= before - (4 << 20) + smallCommits)
        #expect(try folder.bytes(of: "data.mdb").count >= length)
        #expect(try environment.checkInvariants().isClean)
        environment.close()

        let again = try open()
        #expect(try again.read { try $0.setting("1") } == large(1))
        #expect(try again.read { try $0.setting("3") } == large(3))
        try again.write { try $0.setSetting("4", to: large(4)) }
        #expect(try again.read { try $0.setting("4") } == large(4))
        #expect(try folder.bytes(of: "data.mdb").count <= length + smallCommits)
        again.close()
    }

    @Test func `a reader that began before keeps what it sees`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("a", to: large(1)) }
        try environment.read { transaction throws in
            // A thread has one transaction at a time.
            let released = Gate()
            Thread.detachNewThread {
                try? environment.write { try $0.setSetting("a", to: nil) }
                for number in 0..<3 as Range<UInt8> { try? environment.write { try $0.setSetting("b", to: [number]) } }
                _ = try? environment.releaseFreePages()
                released.open()
            }
            released.wait()
            #expect(try transaction.setting("a") == large(1))
        }
        #expect(try environment.releaseFreePages() >= 4 << 20)
        environment.close()
    }

    @Test func `the last commit but one stays whole`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("a", to: large(1)) }
        try environment.write { try $0.setSetting("a", to: nil) }
        try environment.releaseFreePages()
        environment.close()
        // The roots of the last commit are lost: LMDB goes back to the one before.
        var bytes = try folder.bytes(of: "data.mdb")
        let commits = [0, 4096].map { page in
            bytes[(page + 144)..<(page + 152)].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        }
        let last = commits[0] > commits[1] ? 0 : 4096
        for place in 144..<152 { bytes[last + place] = 0 }
        try folder.write(bytes, to: "data.mdb")
        let again = try open()
        #expect(try again.read { try $0.setting("a") } == nil)
        #expect(try again.checkInvariants().isClean)
        again.close()
    }

    @Test func `where little is free nothing is written`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("a", to: [1]) }
        let before = try environment.statistics().lastTransaction
        #expect(try environment.releaseFreePages() == 0)
        #expect(try environment.statistics().lastTransaction == before)
        environment.close()
    }
}
