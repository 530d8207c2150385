// SPDX-License-Identifier: Apache-2.0

import Authentication
import DataModel
import DatabaseCore
import Execution
import Foundation
import GRPCAPI
import GRPCServer
import ImageVectorizer
import ObjectStorage
import Observability
import Protobuf
import TextMutation
import WeaviateMessages

/// Sends whole gRPC calls to a real database in a folder of its own, without a socket: right ones, odd ones, and spoiled ones.
///
/// ```
/// CallFuzz [--smoke] [--seed N] [--executions N] [--seconds N]
/// ```
/// What must hold whatever is sent:
/// 1. the process lives: before each call its bytes are written to a file, whose name is printed at the start;
/// 2. every reply is a message of its type, and every refusal has a code that is meant;
/// 3. no refusal speaks of the inside of the server;
/// 4. at the end, and after each time the database was closed and opened again, everything stored is sound.
@main struct CallFuzz {
    static func main() async {
        let program = FuzzProgram("CallFuzz", length: .init(seconds: 60), smoke: .init(executions: 2_000))
        await program.main { run in
            let folder = NSTemporaryDirectory() + "needletail-call-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
            print("the last call is in \(folder).bytes")
            var calls = CallRun(seed: run.options.seed, folder: folder)
            try await calls.fill(&run)
            try? FileManager.default.removeItem(atPath: folder)
            try? FileManager.default.removeItem(atPath: folder + ".bytes")
            let codes = calls.codes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            return "codes: \(codes.joined(separator: ", "))"
        }
    }
}

/// What must not be, with the call that showed it.
struct Finding: Error, CustomStringConvertible {
    var description: String
}

/// One run of the fuzzer over one folder.
struct CallRun {
    /// How many calls lie between closing and opening the database.
    private static let callsPerLife = 700

    private let folder: String
    private let pool = ComputePool(threadCount: 2)
    private var generator: CallGenerator
    private(set) var codes: [String: Int] = [:]

    init(seed: UInt64, folder: String) {
        self.folder = folder
        generator = CallGenerator(seed: seed)
    }

    mutating func fill(_ run: inout FuzzRun) async throws {
        var isOver = false
        while !isOver {
            let database = try Database(
                environment: try openEnvironment(), vectorizer: EmptyVectorizer(reason: "there is none"),
                settings: DatabaseSettings(),
                logger: Logger(level: .error), maintenanceThreads: 1,
                clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
            if run.executions == 0 {
                for definition in CallGenerator.collections { _ = try await database.createCollection(definition) }
                try await database.createTenants([Tenant(name: "a"), Tenant(name: "b")], in: "Tenanted")
            }
            let service = WeaviateService(database: database, authenticator: Authenticator(allowsAnonymous: true))
            var remaining = Self.callsPerLife
            while remaining > 0, !isOver {
                isOver = !run.goesOn()
                if !isOver { try await send(generator.next(), to: service) }
                remaining -= 1
            }
            guard await database.close() else {
                throw Finding(description: "reads go on after the database was closed")
            }
            try check()
        }
    }

    private mutating func send(_ sent: FuzzCall, to service: WeaviateService) async throws {
        try Data(Array("\(sent.method.rawValue)\n".utf8) + sent.messages.joined()).write(
            to: URL(fileURLWithPath: folder + ".bytes"))
        let fault = await Task(executorPreference: pool) { await sent.fault(with: service) }.value
        switch fault {
        case .success(let code): codes[code, default: 0] += 1
        case .failure(let finding):
            throw Finding(description: "\(finding)\n\(sent.method.rawValue) \(sent.messages)")
        }
    }

    private func openEnvironment() throws -> StorageEnvironment {
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        options.mapSizeInBytes = 4 << 30
        return try .open(folder: folder, options: options)
    }

    /// Holds what is stored against itself, as `needletail check` does.
    private func check() throws {
        let environment = try openEnvironment()
        let report = try environment.checkInvariants()
        let findings = try DatabaseCheck(environment: environment).run { _ in }
        _ = environment.close(before: nil)
        guard report.findings.isEmpty, findings.isEmpty else {
            throw Finding(
                description: "what is stored is not sound: \(report.findings.prefix(5)) \(findings.prefix(5))")
        }
    }
}

/// One call: one message, or those of a stream.
struct FuzzCall: Sendable {
    var method: WeaviateMethod
    var messages: [[UInt8]]

    /// Codes that a refusal may have.
    private static let meantCodes: Set<GRPCStatus.Code> = [.unknown, .internal, .resourceExhausted]
    /// What no client may be told.
    private static let innerWords = ["the catalog is damaged", "of a class cannot be read", "MDB_", "Error("]

    /// The code that it ends with, or what is wrong with how it ends.
    func fault(with service: WeaviateService) async -> Result<String, Finding> {
        let call = GRPCCall(method: method.rawValue)
        do throws(GRPCStatus) {
            if method == .batchStream {
                let ends = GRPCStreamEnds()
                for message in messages { ends.write(message) }
                ends.close()
                try await service.converse(call, ends.stream)
                for reply in ends.replies where (try? BatchStreamReply(protobuf: reply)) == nil {
                    return .failure(Finding(description: "a reply that is none"))
                }
            } else {
                let reply = try await service.respond(to: call, message: messages.first ?? [])
                if !isReply(reply) { return .failure(Finding(description: "a reply that is none")) }
            }
            return .success("ok")
        } catch {
            guard Self.meantCodes.contains(error.code) else {
                return .failure(Finding(description: "the code \(error.code): \(error.message)"))
            }
            if let word = Self.innerWords.first(where: error.message.contains) {
                return .failure(Finding(description: "a refusal that says '\(word)': \(error.message)"))
            }
            guard error.message.utf8.count < 20_000 else {
                return .failure(Finding(description: "a refusal of \(error.message.utf8.count) bytes"))
            }
            return .success("\(error.code)")
        }
    }

    private func isReply(_ bytes: [UInt8]) -> Bool {
        switch method {
        case .search: (try? SearchReply(protobuf: bytes)) != nil
        case .aggregate: (try? AggregateReply(protobuf: bytes)) != nil
        case .batchObjects: (try? BatchObjectsReply(protobuf: bytes)) != nil
        case .batchReferences: (try? BatchReferencesReply(protobuf: bytes)) != nil
        case .batchDelete: (try? BatchDeleteReply(protobuf: bytes)) != nil
        case .tenantsGet: (try? TenantsGetReply(protobuf: bytes)) != nil
        case .batchStream: false
        }
    }
}
