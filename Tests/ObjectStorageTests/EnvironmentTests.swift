// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Glibc
import Testing

@testable import ObjectStorage

struct EnvironmentTests {
    private let folder = TemporaryFolder()

    private func open(_ options: StorageEnvironment.Options = .fast) throws -> StorageEnvironment {
        try StorageEnvironment.open(folder: folder.path, options: options)
    }

    private func files() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            contents[name] = try folder.bytes(of: name)
        }
        return contents
    }

    // MARK: Opening

    @Test func `a folder that is missing is made, with those above it`() throws {
        let path = "\(folder.path)/a/b"
        let environment = try StorageEnvironment.open(folder: path, options: .fast)
        #expect(try environment.read { try $0.formatVersion() } == FormatVersion.current)
        environment.close()
        #expect(try String(contentsOfFile: "\(path)/format", encoding: .utf8) == "needletail-data 4\n")
    }

    @Test func `the table of readers has disk space for all of it, and only as many readers as it should`() throws {
        let environment = try open()
        var status = stat()
        #expect(unsafe stat("\(folder.path)/lock.mdb", &status) == 0)
        #expect(status.st_size > 0 && Int(status.st_blocks) * 512 >= Int(status.st_size))
        #expect(try environment.statistics().maximumReaders == StorageEnvironment.Options().maximumReaders)
        environment.close()
    }

    @Test func `what was committed is there after opening again`() throws {
        for round in 0..<3 {
            let environment = try open(StorageEnvironment.Options())
            #expect(try environment.read { try $0.setting("round") } == (round == 0 ? nil : [UInt8(round - 1)]))
            try environment.write { try $0.setSetting("round", to: [UInt8(round)]) }
            environment.close()
        }
    }

    @Test func `a second opener is refused and told who has the folder`() throws {
        let environment = try open()
        let refusal = StorageError.folderInUse(folder: folder.path, holder: getpid())
        #expect(throws: refusal) { try open() }
        #expect(refusal.message.contains("process \(getpid())"))
        #expect(throws: refusal) { try open(.readOnly) }
        environment.close()
        try open().close()
    }

    @Test func `a process that holds the lock is named`() throws {
        try open().close()
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Holds the same kind of lock, says so, and ends when its input does.
        holder.arguments = [
            "flock", "\(folder.path)/needletail.lock", "sh", "-c",
            "echo $PPID > '\(folder.path)/needletail.lock'; echo ready; cat",
        ]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        _ = output.fileHandleForReading.availableData
        #expect(throws: StorageError.folderInUse(folder: folder.path, holder: holder.processIdentifier)) { try open() }
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        try open().close()
    }

    @Test func `closing gives the folder back even while a copy of the open lock lives on`() throws {
        let environment = try open()
        // A copy is what a child process has between its fork and its exec.
        let lockFile = "\((folder.path as NSString).lastPathComponent)/needletail.lock"
        let held = try #require(
            FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).first {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                return target?.hasSuffix(lockFile) == true
            })
        let copy = dup(held)
        defer { close(copy) }
        environment.close()
        try open().close()
    }

    @Test func `a newer format is refused and nothing is touched`() throws {
        try open().close()
        try folder.write(Data("needletail-data 5\nof a later age\n".utf8), to: "format")
        let before = try files()
        let refusal = StorageError.newerFormat(folder: folder.path, found: 5, supported: 4)
        #expect(throws: refusal) { try open() }
        #expect(throws: refusal) { try open(.readOnly) }
        #expect(try files() == before)
    }

    @Test func `a newer format inside the data is refused too, without the file`() throws {
        let environment = try open()
        try environment.write { try $0.setFormatVersion(7) }
        environment.close()
        try FileManager.default.removeItem(atPath: "\(folder.path)/format")
        let before = try folder.bytes(of: "data.mdb")
        #expect(throws: StorageError.newerFormat(folder: folder.path, found: 7, supported: 4)) { try open() }
        #expect(throws: StorageError.newerFormat(folder: folder.path, found: 7, supported: 4)) { try open(.readOnly) }
        #expect(try folder.bytes(of: "data.mdb") == before)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/format"))
    }

    @Test func `data without their format file get it back`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("a", to: [1]) }
        environment.close()
        try FileManager.default.removeItem(atPath: "\(folder.path)/format")
        let again = try open()
        #expect(try again.read { try $0.setting("a") } == [1])
        again.close()
        #expect(try folder.bytes(of: "format") == Data("needletail-data 4\n".utf8))
    }

    @Test(arguments: ["", "needletail-data", "something 1", "needletail-data x", "needletail-data 0"])
    func `a format file that says nothing is damage`(_ text: String) throws {
        try open().close()
        try folder.write(Data(text.utf8), to: "format")
        #expect { try open() } throws: { error in
            guard case .fileDamaged = error as? StorageError else { return false }
            return true
        }
    }

    @Test func `opening for reading needs a database and writes nothing`() throws {
        #expect(throws: StorageError.noDatabase(folder: folder.path)) { try open(.readOnly) }
        #expect(try files().isEmpty)
        try open().close()
        let environment = try open(.readOnly)
        #expect(throws: StorageError.openedForReadingOnly) { try environment.write { _ in } }
        environment.close()
    }

    @Test func `a path that cannot be a folder is refused with the reason`() throws {
        try folder.write(Data(), to: "file")
        let path = "\(folder.path)/file"
        #expect { try StorageEnvironment.open(folder: path) } throws: { error in
            guard case .folderNotUsable(path, _) = error as? StorageError else { return false }
            return true
        }
    }

    @Test func `a smaller map than the file is no obstacle to reading`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("large", to: [UInt8](repeating: 9, count: 3 << 20)) }
        environment.close()
        var options = StorageEnvironment.Options.fast
        options.mapSizeInBytes = 1 << 20
        let again = try open(options)
        #expect(try again.read { try $0.setting("large")?.count } == 3 << 20)
        again.close()
    }

    // MARK: Damage

    private func expectDamage(
        _ text: String, options: StorageEnvironment.Options = .fast, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(sourceLocation: sourceLocation) { try open(options) } throws: { error in
            guard let error = error as? StorageError, case .fileDamaged = error else { return false }
            return error.message.contains(text)
        }
    }

    @Test func `a file that is not LMDB's is damage`() throws {
        try folder.write(Data(repeating: 0x5A, count: 100_000), to: "data.mdb")
        expectDamage("not an LMDB file")
    }

    @Test func `a file that was cut off is damage, and stays as it is`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("large", to: [UInt8](repeating: 9, count: 1 << 20)) }
        environment.close()
        let whole = try folder.bytes(of: "data.mdb")
        for length in [whole.count - 4096, whole.count / 2, 8192, whole.count - 1] {
            try folder.write(whole.prefix(length), to: "data.mdb")
            expectDamage("cut off")
            expectDamage("lies outside the file", options: .readOnly)
            #expect(try folder.bytes(of: "data.mdb").count == length)
        }
        try folder.write(whole, to: "data.mdb")
        try open().close()
    }

    @Test func `free pages missing at the end are no damage`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("large", to: [UInt8](repeating: 9, count: 1 << 20)) }
        try environment.write { try $0.setSetting("large", to: nil) }
        // A page may be given back only two transactions later.
        for number in 0..<3 as Range<UInt8> { try environment.write { try $0.setSetting("small", to: [number]) } }
        environment.close()
        let whole = try folder.bytes(of: "data.mdb")
        let short = whole.prefix(whole.count - 10 * 4096)
        try folder.write(short, to: "data.mdb")
        let reading = try open(.readOnly)
        #expect(try reading.read { try $0.setting("small") } == [2])
        reading.close()
        #expect(try folder.bytes(of: "data.mdb") == short)
        let again = try open()
        #expect(try again.read { try $0.setting("small") } == [2])
        try again.write { try $0.setSetting("large", to: [UInt8](repeating: 8, count: 1 << 20)) }
        again.close()
    }

    @Test(arguments: [UInt8(0x7F), 0xFF])
    func `a last page beyond every file is damage`(highestByte: UInt8) throws {
        try open().close()
        var bytes = try folder.bytes(of: "data.mdb")
        // The number of the last page, in both meta pages.
        for page in [0, 4096] { bytes[page + 136 + 7] = highestByte }
        try folder.write(bytes, to: "data.mdb")
        expectDamage("describes a last page")
    }

    @Test(arguments: [0, 1, 4095, 1 << 24], [0, 4096])
    func `an impossible page size is damage`(size: UInt32, metaPage: Int) throws {
        try open().close()
        var bytes = try folder.bytes(of: "data.mdb")
        for place in 0..<4 { bytes[metaPage + 40 + place] = UInt8(truncatingIfNeeded: size >> UInt32(8 * place)) }
        try folder.write(bytes, to: "data.mdb")
        expectDamage("page says that pages have \(size) bytes")
    }

    @Test func `an emptied data file is damage, not a new database`() throws {
        try open().close()
        try folder.write(Data(), to: "data.mdb")
        expectDamage("missing or empty")
    }

    @Test func `an LMDB file of somebody else is refused`() throws {
        let environment = try open()
        try environment.write { transaction throws in
            try transaction.removeValue(for: Key.global(.format))
            try transaction.put([1], for: [1, 2, 3])
        }
        environment.close()
        expectDamage("no format version")
    }

    // MARK: Transactions

    @Test func `a read transaction sees the commit it began with`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("a", to: [1]) }
        try environment.read { transaction throws in
            let thread = Thread { try? environment.write { try $0.setSetting("a", to: [2]) } }
            thread.start()
            while try environment.read({ try $0.setting("a") }) != [2] { sched_yield() }
            #expect(try transaction.setting("a") == [1])
        }
        #expect(try environment.read { try $0.setting("a") } == [2])
        environment.close()
    }

    @Test func `a transaction that is kept past its end throws`() throws {
        let environment = try open()
        var kept: ReadTransaction?
        try environment.read { kept = $0 }
        #expect(throws: StorageError.misuse(reason: "a transaction was used after its end")) {
            try kept?.setting("a")
        }
        environment.close()
    }

    @Test func `writing while bytes are lent is refused`() throws {
        let environment = try open()
        #expect(throws: StorageError.self) {
            try environment.write { transaction throws in
                try transaction.scan(prefix: [], from: []) { _, _ in
                    try transaction.setSetting("a", to: [1])
                    return true
                }
            }
        }
        #expect(try environment.read { try $0.setting("a") } == nil)
        environment.close()
    }

    @Test func `more readers than slots is an error, and over when they end`() throws {
        var options = StorageEnvironment.Options.fast
        options.maximumReaders = 2
        let environment = try open(options)
        try environment.read { _ throws in
            try environment.read { _ throws in
                _ = #expect(throws: StorageError.tooManyReaders(limit: 2)) { try environment.read { _ in } }
            }
        }
        try environment.read { _ in }
        environment.close()
    }

    @Test func `a closed environment refuses reads and writes`() throws {
        let environment = try open()
        environment.close()
        environment.close()
        #expect(throws: StorageError.closed) { try environment.read { _ in } }
        #expect(throws: StorageError.closed) { try environment.write { _ in } }
    }

    @Test func `keys are scanned in order, from a start on, within a prefix`() throws {
        let environment = try open()
        try environment.write { transaction throws in
            for key: [UInt8] in [[9, 1], [9, 2], [9, 2, 0], [9, 255], [9, 255, 255], [10]] {
                try transaction.put(key, for: key)
            }
            #expect(throws: StorageError.keyTooLong(byteCount: 512, limit: 511)) {
                try transaction.put([], for: [UInt8](repeating: 1, count: 512))
            }
            #expect(throws: StorageError.keyTooLong(byteCount: 0, limit: 511)) { try transaction.put([], for: []) }
        }
        func keys(_ prefix: [UInt8], _ start: [UInt8], limit: Int = .max) throws -> [[UInt8]] {
            var keys: [[UInt8]] = []
            try environment.read { transaction throws in
                try transaction.scan(prefix: prefix, from: start) { key, value in
                    #expect(key.byteCount == value.byteCount)
                    keys.append((0..<key.byteCount).compactMap { Key.number(UInt8.self, in: key, at: $0) })
                    return keys.count < limit
                }
            }
            return keys
        }
        #expect(try keys([9], []) == [[9, 1], [9, 2], [9, 2, 0], [9, 255], [9, 255, 255]])
        #expect(try keys([9], [9, 2, 0]) == [[9, 2, 0], [9, 255], [9, 255, 255]])
        #expect(try keys([9], [9, 2], limit: 1) == [[9, 2]])
        #expect(try keys([9, 255], []) == [[9, 255], [9, 255, 255]])
        #expect(try keys([9], [10]) == [])
        #expect(try keys([8], []) == [])
        try environment.write { transaction throws in
            let cursor = try transaction.openCursor()
            #expect(try cursor.seekLast(prefix: [9, 255]))
            #expect(try cursor.seekLast(prefix: [10]))
            #expect(try !cursor.seekLast(prefix: [9, 3]))
            transaction.closeCursor(cursor)
            #expect(try transaction.removeValues(prefix: [9], limit: 2) == 2)
            #expect(try transaction.removeValues(prefix: [9]) == 3)
        }
        #expect(try keys([9], []) == [])
        #expect(try keys([10], []) == [[10]])
        environment.close()
    }

    // MARK: Operations

    @Test func `a copy made while the database is open can be opened`() throws {
        let storage = try Storage()
        try storage.environment.write { transaction throws in
            for number in 0..<20 {
                try storage.insert(ObjectID(number: UInt64(number)), vector: [1, 2, 3], in: transaction)
            }
        }
        try storage.environment.copy(toFile: "\(folder.path)/data.mdb")
        #expect(throws: StorageError.self) { try storage.environment.copy(toFile: "\(folder.path)/data.mdb") }
        let copy = try open()
        #expect(try copy.read { try $0.counters(of: storage.shard).objectCount } == 20)
        #expect(try copy.checkInvariants().isClean)
        copy.close()
    }

    @Test func `statistics tell size, entries and readers`() throws {
        let environment = try open()
        try environment.write { try $0.setSetting("large", to: [UInt8](repeating: 9, count: 1 << 20)) }
        let statistics = try environment.statistics()
        #expect(statistics.entryCount == 2)
        #expect(statistics.fileSizeInBytes > 1 << 20)
        #expect(statistics.readerCount >= 1)
        #expect(statistics.maximumReaders == 1_024)
        try environment.write { try $0.setSetting("large", to: nil) }
        #expect(try environment.statistics().freePages > 200)
        environment.close()
    }
}
