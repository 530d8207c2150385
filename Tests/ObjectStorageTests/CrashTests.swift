// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing

@testable import ObjectStorage

/// Kills a writing process in the middle. The long runs under a whole server are elsewhere; this one is for this layer.
struct CrashTests {
    private let folder = TemporaryFolder()

    /// The program that the tests of this module are built with, beside them.
    private static var writer: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("ObjectStorageCrashWriter")
    }

    /// Lets the writer go on from `first` until it has acknowledged `count` objects, and kills it.
    ///
    /// - Returns: the numbers of all objects it acknowledged.
    private func writeAndKill(from first: UInt64, count: Int) throws -> Set<UInt64> {
        let process = Process()
        process.executableURL = Self.writer
        process.arguments = [folder.path, "\(first)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = Data()
        while text.count(where: { $0 == UInt8(ascii: "\n") }) < count {
            let part = output.fileHandleForReading.availableData
            // The writer never ends by itself.
            guard !part.isEmpty else { break }
            text.append(part)
        }
        kill(process.processIdentifier, SIGKILL)
        text.append(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
        return Set(lines.compactMap { UInt64($0) })
    }

    @Test func `what was acknowledged survives a kill, whole, and nothing is half there`() throws {
        var first: UInt64 = 0
        for round in 1...5 {
            let acknowledged = try writeAndKill(from: first, count: round * 20)
            let environment = try StorageEnvironment.open(folder: folder.path)
            let report = try environment.checkInvariants()
            #expect(report.findings == [], "round \(round)")
            let shard = ShardAddress(CollectionID(1), ShardID(1))
            try environment.read { transaction throws in
                let vectors = try transaction.vectors(VectorID(0), of: shard)
                var present: Set<UInt64> = []
                try transaction.scanObjects(in: shard) { document, object in
                    let number = object.id.high
                    present.insert(number)
                    #expect(object.properties[PropertyID(0)] == .int(Int64(number)))
                    let bytes = [UInt8](repeating: UInt8(number % 256), count: 5_000)
                    #expect(object.properties[PropertyID(1)] == .blob(Blob(bytes: bytes)))
                    var isRight = false
                    _ = try vectors.withVector(of: document) { isRight = $0.count == 512 && $0[511] == Float(number) }
                    #expect(isRight)
                    #expect(try transaction.inverted(shard).withValue(for: Array("\(number)".utf8)) { $0 != nil })
                    return true
                }
                // An object is gone only if the one 50 numbers later came, acknowledged or not.
                let highest = present.max() ?? 0
                for number in acknowledged where !present.contains(number) {
                    #expect(number + 50 <= highest + 4, "object \(number) of round \(round)")
                    #expect(try transaction.inverted(shard).withValue(for: Array("\(number + 50)".utf8)) { $0 != nil })
                }
                first = highest + 1
            }
            environment.close()
        }
    }
}
