// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ServerInspection

struct MachineTests {
    @Test func `resident memory is read in kibibytes`() {
        let text = "Name:\tneedletail\nVmHWM:\t  999 kB\nVmRSS:\t  123456 kB\nRssAnon:\t 7 kB\n"
        #expect(MachineFigures.residentBytes(inStatus: text) == 123_456 << 10)
        #expect(MachineFigures.residentBytes(inStatus: "") == 0)
        #expect(MachineFigures.residentBytes > 1 << 20)
    }

    @Test func `the processor is called what the kernel calls it`() {
        let text = "processor\t: 0\nmodel name\t: A Processor @ 2.60GHz\nflags\t\t: a: b\n"
        #expect(MachineFigures.processorName(inCPUInfo: text) == "A Processor @ 2.60GHz")
        #expect(MachineFigures.processorName(inCPUInfo: "processor\t: 0\n") == nil)
    }

    @Test func `files below a folder are added up, holes left out`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "room-\(UUID())")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "a/b"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let instant = ContinuousClock.now
        func used() throws -> Int {
            // Another time each, or the sum would be an old one.
            try #require(DataFolder(path: folder.path, now: { instant }).room).usedBytes
        }
        let before = try used()
        try Data(repeating: 1, count: 1 << 20).write(to: folder.appending(path: "a/b/full"))
        #expect(try used() >= before + 1 << 20)
        let full = try used()
        try Data().write(to: folder.appending(path: "a/sparse"))
        let sparse = try FileHandle(forWritingTo: folder.appending(path: "a/sparse"))
        try sparse.truncate(atOffset: 1 << 30)
        try sparse.close()
        #expect(try used() < full + 1 << 20)
        let room = try #require(DataFolder(path: folder.path).room)
        #expect(room.freeBytes > 0 && room.freeBytes <= room.totalBytes)
        #expect(DataFolder(path: folder.path + "/missing").room == nil)
    }
}
