// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Foundation
import ObjectStorage
import TextMutation

/// Feeds spoiled archives and records of backups to what reads them.
///
/// ```
/// ArchiveFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// What must hold for every file:
/// 1. nothing crashes, and memory stays in proportion to the file;
/// 2. an archive that is read to its end holds what was written, whatever was changed of it; others are refused;
/// 3. what a restore took in and gave up leaves a sound database.
@main struct ArchiveFuzz {
    static func main() async {
        let folder = NSTemporaryDirectory() + "needletail-archive-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
        let program = FuzzProgram("ArchiveFuzz", length: .init(executions: 1_000_000), smoke: .init(executions: 3_000))
        await program.main { run in
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let refused = try await ArchiveFuzzRun(folder: folder).fill(&run)
            return "\(refused) archives were refused"
        }
    }
}

/// What must not be.
private struct Finding: Error, CustomStringConvertible {
    var description: String
}

private struct ArchiveFuzzRun {
    private static let mutation = TextMutation(
        seeds: [""], pieces: ["\u{0}\u{0}\u{0}\u{0}", "\u{1}", "\u{2}", "\u{7F}\u{7F}\u{7F}\u{7F}"], mostChanges: 3)
    /// How many executions pass between two looks at everything stored.
    private static let executionsPerCheck = 2_000

    let folder: String
    private var path: String { "\(folder)/1.archive" }

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// - Returns: how many archives were refused.
    func fill(_ run: inout FuzzRun) async throws -> Int {
        var environmentOptions = StorageEnvironment.Options()
        environmentOptions.flushesEveryCommit = false
        environmentOptions.mapSizeInBytes = 1 << 30
        let environment = try StorageEnvironment.open(folder: "\(folder)/data", options: environmentOptions)
        let queue = try CommitQueue(environment: environment)
        let whole = try await archive(queue, environment)
        let content = try blocks()
        var refused = 0
        while run.goesOn() {
            let bytes = Self.mutation.mutated(whole, using: &run.random)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let isRead = try await restore(queue, environment)
            // The bits between the end of a deflated block and the next byte mean nothing.
            if isRead, bytes != whole, try blocks() != content {
                run.found("other entries than were written are taken: \(bytes)")
            }
            if !isRead, bytes == whole { run.found("the archive is refused") }
            if !isRead { refused += 1 }
            if run.executions.isMultiple(of: Self.executionsPerCheck) { try await check(queue, environment) }
        }
        try await check(queue, environment)
        await queue.close()
        environment.close()
        return refused
    }

    private func archive(_ queue: CommitQueue, _ environment: StorageEnvironment) async throws -> [UInt8] {
        let collection = try await queue.submit { transaction in
            let collection = try transaction.createCollection(named: "C", definition: [1, 2, 3])
            let shard = try transaction.createShard(named: "main", of: collection)
            for number in 0..<20 {
                let document = try transaction.takeDocumentNumber(in: shard)
                let object = StoredObject(
                    id: ObjectID(high: 1, low: UInt64(number)), creationTime: 1, updateTime: 2,
                    properties: [PropertyID(1): .text("text \(number)")])
                try transaction.insert(object, vectors: [VectorID(0): [1, 2]], as: document, in: shard)
            }
            return collection
        }
        _ = try environment.read { transaction in
            try transaction.archive(collection, to: path, compression: .fastest, isCancelled: { false })
        }
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// What the archive holds.
    private func blocks() throws -> [ArchiveBlock] {
        let reader = try ArchiveReader(path: path)
        var blocks: [ArchiveBlock] = []
        while let block = try reader.nextBlock() { blocks.append(block) }
        return blocks
    }

    /// Restores as far as the archive goes, and gives up what came.
    ///
    /// - Returns: whether it went to its end.
    private func restore(_ queue: CommitQueue, _ environment: StorageEnvironment) async throws -> Bool {
        let path = path
        var blocks: [ArchiveBlock] = []
        var isWhole = false
        do {
            let reader = try ArchiveReader(path: path)
            while let block = try reader.nextBlock() { blocks.append(block) }
            isWhole = true
        } catch {
            switch error {
            case .archiveDamaged, .archiveNotUsable: break
            default: throw Finding(description: "\(error)")
            }
        }
        guard !blocks.isEmpty else { return isWhole }
        try await queue.submit { [blocks] transaction in
            let id = try transaction.beginRestoring(count: 1)[0]
            for block in blocks { _ = try transaction.restore(block, as: id) }
        }
        return isWhole
    }

    private func check(_ queue: CommitQueue, _ environment: StorageEnvironment) async throws {
        try await queue.purgeDropped()
        let findings = try environment.checkInvariants().findings
        guard findings.isEmpty else { throw Finding(description: "what is stored is not sound: \(findings.prefix(5))") }
    }
}
