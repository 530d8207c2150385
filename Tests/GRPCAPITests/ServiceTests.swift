// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import Execution
import GRPCServer
import Protobuf
import Testing
import WeaviateMessages

@testable import GRPCAPI

@Suite struct ServiceTests {
    private let database = Fixture.database()
    private let listing: SearchRequest = message { $0.collection = "Thing" }

    @Test func `only the methods of the interface are known`() {
        let service = Fixture.service(database)
        #expect(service.kind(of: "/weaviate.v1.Weaviate/Search") == .unary)
        #expect(service.kind(of: "/weaviate.v1.Weaviate/BatchStream") == .bidirectional)
        #expect(service.kind(of: "/weaviate.v1.Weaviate/Nope") == nil)
    }

    @Test func `bytes that are no message are an internal error`() async {
        let call = GRPCCall(method: WeaviateMethod.search.rawValue)
        do throws(GRPCStatus) {
            _ = try await Fixture.service(database).respond(to: call, message: [0xFF, 0xFF])
            Issue.record("answered")
        } catch {
            #expect(error.code == .internal)
        }
    }

    @Test func `a call that takes more memory than there is is refused as exhausted`() async {
        // Many empty objects: little to send, much to keep.
        let objects = (0..<1_000).map { _ in BatchObject() }
        let request: BatchObjectsRequest = message { $0.objects = objects }
        let call = GRPCCall(
            method: WeaviateMethod.batchObjects.rawValue,
            memory: MemoryReservation(in: MemoryBudget(limitInBytes: 50_000)))
        do throws(GRPCStatus) {
            _ = try await Fixture.service(database).respond(to: call, message: request.protobufBytes())
            Issue.record("answered")
        } catch {
            #expect(error.code == .resourceExhausted)
        }
    }

    @Test func `without keys a key is refused`() async {
        let refusal = await Fixture.service(database).refusal(
            .search, listing, metadata: [("authorization", "Bearer x")])
        #expect(refusal?.code == .unknown)
        #expect(refusal?.message.hasPrefix("extract auth: no authentication scheme is configured") == true)
    }

    @Test func `with keys the right one is let in, and nobody else`() async {
        let service = Fixture.service(database, keys: ["k"], allowsAnonymous: false)
        #expect(await service.refusal(.search, listing, metadata: [("authorization", "Bearer k")]) == nil)
        #expect(
            await service.refusal(.search, listing, metadata: [("authorization", "Bearer x")])
                == .init(.unknown, "extract auth: unauthorized: invalid api key"))
        for metadata in [[], [("authorization", "Basic k")], [("authorization", "bearer k")]] {
            #expect(await service.refusal(.search, listing, metadata: metadata)?.code == .unknown)
        }
    }

    @Test func `a stream with a wrong key is unauthenticated`() async {
        let service = Fixture.service(database, keys: ["k"], allowsAnonymous: false)
        let call = GRPCCall(
            method: WeaviateMethod.batchStream.rawValue, metadata: [("authorization", "Bearer x")])
        do throws(GRPCStatus) {
            try await service.converse(call, GRPCStreamEnds().stream)
            Issue.record("let in")
        } catch {
            #expect(error == .init(.unauthenticated, "unauthorized: invalid api key"))
        }
    }

    @Test func `what the database refuses is unknown, what is overloaded unavailable`() async {
        database.answer("Thing", with: .failure(.storage("the disk has failed")))
        #expect(await Fixture.service(database).refusal(.search, listing)?.code == .unknown)
        database.answer("Thing", with: .failure(.overloaded("too much")))
        #expect(await Fixture.service(database).refusal(.search, listing)?.code == .unavailable)
    }

    // MARK: Aggregate and tenants

    private func aggregation(_ fill: (inout AggregateRequest) -> Void) async throws -> AggregateReply {
        let request: AggregateRequest = message {
            $0.collection = "Thing"
            fill(&$0)
        }
        return try await Fixture.service(database).reply(.aggregate, request, as: AggregateReply.self)
    }

    @Test func `a count is set even where it was not asked for`() async throws {
        database.answerAggregations(with: [AggregateGroup(objectCount: 7)])
        guard case .singleResult(let asked)? = try await aggregation({ $0.objectsCount = true }).result,
            case .singleResult(let unasked)? = try await aggregation({ _ in }).result
        else {
            Issue.record("no result")
            return
        }
        #expect(asked.objectsCount == 7)
        #expect(unasked.objectsCount == 0)
    }

    @Test func `the kind of an aggregate follows the property, whatever the request takes it for`() async throws {
        var numbers = NumberAggregate()
        numbers.count = 2
        numbers.mean = 1.5
        database.answerAggregations(with: [AggregateGroup(objectCount: 2, properties: ["real": .numbers(numbers)])])
        let reply = try await aggregation {
            $0.aggregations = [
                message {
                    $0.property = "real"
                    $0.aggregation = .int(message { $0.mean = true })
                }
            ]
        }
        guard case .singleResult(let single)? = reply.result,
            case .number(let number)? = single.aggregations?.aggregations.first?.aggregation
        else {
            Issue.record("\(reply)")
            return
        }
        #expect(number.mean == 1.5)
        #expect(number.count == nil)
        #expect(number.type == "")
    }

    @Test func `groups of a property that is not there are none`() async throws {
        let reply = try await aggregation { $0.groupBy = message { $0.property = "nope" } }
        #expect(reply.result == nil)
    }

    @Test func `a group of ints has a number`() async throws {
        database.answerAggregations(with: [AggregateGroup(value: .int(3), objectCount: 2)])
        let reply = try await aggregation { $0.groupBy = message { $0.property = "num" } }
        guard case .groupedResults(let grouped)? = reply.result else {
            Issue.record("no groups")
            return
        }
        #expect(grouped.groups.first?.groupedBy?.value == .number(3))
        #expect(grouped.groups.first?.objectsCount == 2)
    }

    @Test func `tenants are asked for by names, of which there is one at least`() async {
        let service = Fixture.service(database)
        let none: TenantsGetRequest = message {
            $0.collection = "Thing"
            $0.params = .names(TenantNames())
        }
        #expect(await service.refusal(.tenantsGet, none)?.message.contains("at least one tenant name") == true)
        let plain: TenantsGetRequest = message { $0.collection = "Thing" }
        #expect(
            await service.refusal(.tenantsGet, plain)?.message.contains("multi-tenancy is not enabled") == true)
    }
}
