// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import GRPCServer
import Protobuf
import Testing
import WeaviateMessages

@testable import GRPCAPI

@Suite struct BatchStreamTests {
    private let database = Fixture.database()

    private func bytes(_ content: BatchStreamRequest.Message?) -> [UInt8] {
        message(BatchStreamRequest.self) { $0.message = content }.protobufBytes()
    }

    private func data(_ ids: [String]) -> [UInt8] {
        bytes(
            .data(
                message {
                    $0.objects = message {
                        $0.values = ids.map { id in
                            message {
                                $0.uuid = id
                                $0.collection = "Thing"
                            }
                        }
                    }
                }))
    }

    /// What a client that sends all this and closes its side is told, and how the call ends.
    private func conversation(
        _ messages: [[UInt8]], stops: Bool = false
    ) async throws -> (replies: [BatchStreamReply.Message?], end: GRPCStatus?) {
        let ends = GRPCStreamEnds()
        for message in messages { ends.write(message) }
        if stops { ends.stop() }
        ends.close()
        var end: GRPCStatus?
        do throws(GRPCStatus) {
            try await Fixture.service(database).converse(
                GRPCCall(method: WeaviateMethod.batchStream.rawValue), ends.stream)
        } catch {
            end = error
        }
        return (try ends.replies.map { try BatchStreamReply(protobuf: $0).message }, end)
    }

    @Test func `a stream goes on where memory is full, and tells it of each object`() async throws {
        database.refuseWrites(into: "Thing", with: .memoryFull(heldBytes: 150 << 20, limitInBytes: 160 << 20))
        let id = ObjectID(high: 7, low: 1).description
        let (replies, end) = try await conversation([bytes(.start(.init())), data([id]), bytes(.stop(.init()))])
        #expect(end == nil)
        guard replies.count == 3, case .results(let results)? = replies[2] else {
            Issue.record("\(replies)")
            return
        }
        #expect(results.errors.map(\.detail) == [.uuid(id)])
        #expect(results.errors.first?.error.contains("NEEDLETAIL_MEMORY_LIMIT") == true)
    }

    @Test func `what is sent is acknowledged, stored, and told`() async throws {
        let id = ObjectID(high: 7, low: 1).description
        let (replies, end) = try await conversation([
            bytes(.start(.init())), data([id, "nope"]), bytes(.stop(.init())),
        ])
        #expect(end == nil)
        guard replies.count == 3, case .started? = replies[0], case .acks(let acks)? = replies[1],
            case .results(let results)? = replies[2]
        else {
            Issue.record("\(replies)")
            return
        }
        #expect(acks.uuids == [id, "nope"])
        #expect(results.successes.map(\.detail) == [.uuid(id)])
        #expect(results.errors.map(\.detail) == [.uuid("nope")])
        #expect(try database.object(ObjectID(high: 7, low: 1), in: "Thing", tenant: nil, selection: .init()) != nil)
    }

    @Test func `the first message must be a start`() async throws {
        let (replies, end) = try await conversation([data([])])
        #expect(replies.isEmpty)
        #expect(end == .init(.unknown, "first message must be a start message"))
    }

    @Test func `a stream without a message ends with an error`() async throws {
        #expect(try await conversation([]).end == .init(.unknown, "initial stream message receive: EOF"))
    }

    @Test func `a second start and an empty message are refused`() async throws {
        for second in [bytes(.start(.init())), bytes(nil)] {
            let (replies, end) = try await conversation([bytes(.start(.init())), second])
            #expect(replies.count == 1)
            #expect(end == .init(.unknown, "invalid batch send request: data field is nil"))
        }
    }

    @Test func `data without anything in it is passed over`() async throws {
        let (replies, end) = try await conversation([bytes(.start(.init())), bytes(.data(.init()))])
        #expect(replies.count == 1)
        #expect(end == nil)
    }

    @Test func `who sends while the server stops is told, and what comes is still stored`() async throws {
        let ends = GRPCStreamEnds()
        let service = Fixture.service(database)
        let call = GRPCCall(method: WeaviateMethod.batchStream.rawValue)
        async let end: Void = service.converse(call, ends.stream)
        ends.write(bytes(.start(.init())))
        guard case .started? = try BatchStreamReply(protobuf: try #require(await ends.read())).message else {
            Issue.record("not started")
            return
        }
        ends.stop()
        guard case .shuttingDown? = try BatchStreamReply(protobuf: try #require(await ends.read())).message else {
            Issue.record("not told")
            return
        }
        ends.write(data([ObjectID(high: 7, low: 1).description]))
        ends.close()
        try await end
        #expect(try database.object(ObjectID(high: 7, low: 1), in: "Thing", tenant: nil, selection: .init()) != nil)
    }

    @Test func `a message that is none ends the stream`() async throws {
        #expect(try await conversation([bytes(.start(.init())), [0xFF]]).end?.code == .internal)
    }

    // MARK: Pace

    @Test func `the batch size follows what the writer takes`() {
        var pace = StreamPace()
        let later = ContinuousClock().now + .seconds(10)
        #expect(pace.newBatchSize(now: later) == nil)
        pace.take(count: 100, within: .milliseconds(100))
        #expect(pace.newBatchSize(now: later) == 200)
        // Told a moment ago, and still the same.
        #expect(pace.newBatchSize(now: later + .milliseconds(100)) == nil)
        #expect(pace.newBatchSize(now: later + .seconds(5)) == nil)
        for _ in 0..<20 { pace.take(count: 100, within: .seconds(10)) }
        #expect(pace.newBatchSize(now: later + .seconds(10)) == 20)
    }
}
