// SPDX-License-Identifier: Apache-2.0

import Foundation
import Protobuf
import Testing
import WeaviateMessages

/// Messages are held to the client's descriptors and to Google's protobuf (upb), run by the Python of `NEEDLETAIL_GRPC_PYTHON`.
@Suite(.enabled(if: Oracle.python != nil, "NEEDLETAIL_GRPC_PYTHON names no Python with weaviate-client 4"))
struct OracleTests {
    /// In the order of TYPES in oracle.py.
    private static let types: [any ProtobufMessage.Type] = [
        ProtobufStruct.self, ProtobufValue.self, SearchRequest.self, SearchReply.self, AggregateRequest.self,
        AggregateReply.self, BatchObjectsRequest.self, BatchObjectsReply.self, BatchReferencesRequest.self,
        BatchReferencesReply.self, BatchDeleteRequest.self, BatchDeleteReply.self, TenantsGetRequest.self,
        TenantsGetReply.self, BatchStreamRequest.self, BatchStreamReply.self, Filters.self, Properties.self, Value.self,
        GenerativeProvider.self,
    ]

    @Test func `our schema has the fields, types and numbers that the client's has`() throws {
        try Oracle.run("schema")
    }

    @Test(arguments: [1, 2])
    func `random messages, right and spoiled, are accepted, refused and understood as by upb`(seed: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "protobuf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let cases = folder.appending(path: "cases")
        let answers = folder.appending(path: "answers")
        try Oracle.run("make", "\(seed)", "10000", cases.path())
        try Data(Self.answers(to: [UInt8](Data(contentsOf: cases)))).write(to: answers)
        try Oracle.run("compare", cases.path(), answers.path())
    }

    /// What our code makes of each case; oracle.py describes both forms.
    private static func answers(to cases: [UInt8]) -> [UInt8] {
        var answers: [UInt8] = []
        var rest = cases[...]
        while let index = rest.popFirst() {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            let content = Array(rest.dropFirst(4).prefix(length))
            rest = rest.dropFirst(4 + length)
            let written = try? types[Int(index)].init(protobuf: content).protobufBytes()
            answers.append(written == nil ? 0 : 1)
            let count = written?.count ?? 0
            answers.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) })
            answers.append(contentsOf: written ?? [])
        }
        return answers
    }
}

/// Tests/Protobuf/oracle.py as a program.
enum Oracle {
    static let python = ProcessInfo.processInfo.environment["NEEDLETAIL_GRPC_PYTHON"]

    private static let script = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Protobuf/oracle.py").path()

    /// Runs a command of the script and expects that it finds nothing wrong.
    static func run(_ arguments: String...) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = [script] + arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let words = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(arguments.joined(separator: " ")): \(words)")
    }
}
