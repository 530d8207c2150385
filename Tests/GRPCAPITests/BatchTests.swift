// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import GRPCServer
import Testing
import WeaviateMessages

@testable import GRPCAPI

@Suite struct BatchTests {
    private let database = Fixture.database()
    private var service: WeaviateService { Fixture.service(database) }

    private func object(
        _ number: UInt64, _ properties: [(String, ProtobufValue.Kind)] = [], vector: [Float] = []
    ) -> BatchObject {
        message {
            $0.uuid = ObjectID(high: 7, low: number).description
            $0.collection = "Thing"
            $0.vectorBytes = VectorBytes.bytes(of: vector)
            $0.properties = message {
                $0.nonRefProperties = message {
                    $0.fields = properties.map { name, kind in
                        message {
                            $0.key = name
                            $0.value.kind = kind
                        }
                    }
                }
            }
        }
    }

    private func errors(_ objects: [BatchObject]) async throws -> [Int32: String] {
        let request: BatchObjectsRequest = message { $0.objects = objects }
        let reply = try await service.reply(.batchObjects, request, as: BatchObjectsReply.self)
        return Dictionary(reply.errors.map { ($0.index, $0.error) }, uniquingKeysWith: { first, _ in first })
    }

    private func stored(_ number: UInt64) throws -> DatabaseObject? {
        try database.object(
            ObjectID(high: 7, low: number), in: "Thing", tenant: nil,
            selection: .init(properties: nil, includesVectors: true))
    }

    @Test func `a batch of which nothing is stored since memory is full is unavailable`() async {
        database.refuseWrites(into: "Thing", with: .memoryFull(heldBytes: 150 << 20, limitInBytes: 160 << 20))
        let request: BatchObjectsRequest = message { $0.objects = [object(1), object(2)] }
        let refusal = await service.refusal(.batchObjects, request)
        #expect(refusal?.code == .unavailable && refusal?.message.contains("NEEDLETAIL_MEMORY_LIMIT") == true)
    }

    @Test func `a whole number is an int, and a fraction is not`() async throws {
        let errors = try await errors([object(1, [("num", .numberValue(42))]), object(2, [("num", .numberValue(1.5))])])
        #expect(errors.keys.sorted() == [1])
        #expect(try stored(1)?.properties["num"] == .int(42))
        #expect(try stored(2) == nil)
    }

    @Test func `a number that is not finite is refused with its property`() async throws {
        let errors = try await errors([object(1, [("real", .numberValue(.nan))])])
        #expect(errors[0]?.contains("property 'real' is nan") == true)
    }

    @Test func `a null is as if it were absent`() async throws {
        #expect(try await errors([object(1, [("title", .nullValue(.nullValue))])]).isEmpty)
        #expect(try stored(1)?.properties.isEmpty == true)
    }

    @Test(arguments: ["", "nope"]) func `an id that is none is refused for its object alone`(id: String) async throws {
        var bad = object(1)
        bad.uuid = id
        let errors = try await errors([bad, object(2)])
        #expect(errors[0]?.hasPrefix("invalid UUID length: \(id.count)") == true)
        #expect(try stored(2) != nil)
    }

    @Test func `an object without a class is refused for itself alone`() async throws {
        var bad = object(1)
        bad.collection = ""
        #expect(try await errors([bad, object(2)]).keys.sorted() == [0])
    }

    @Test func `a vector is stored as it was sent`() async throws {
        #expect(try await errors([object(1, vector: [0.5, -2])]).isEmpty)
        #expect(try stored(1)?.vector == [0.5, -2])
    }

    @Test func `lists come apart from the plain properties`() async throws {
        var given = object(1)
        given.properties?.intArrayProperties = [
            message {
                $0.propName = "nums"
                $0.values = [1, -2]
            }
        ]
        #expect(try await errors([given]).isEmpty)
        #expect(try stored(1)?.properties["nums"] == .array([.int(1), .int(-2)]))
    }

    @Test func `references to a property of several classes need their class`() async throws {
        var single = object(1)
        single.properties?.singleTargetRefProps = [
            message {
                $0.propName = "from"
                $0.uuids = [Fixture.authorID.description]
            }
        ]
        #expect(try await errors([single])[0]?.contains("leads to several classes") == true)
        var multiple = object(2)
        multiple.properties?.multiTargetRefProps = [
            message {
                $0.propName = "from"
                $0.uuids = [Fixture.authorID.description]
                $0.targetCollection = "Author"
            }
        ]
        #expect(try await errors([multiple]).isEmpty)
        #expect(
            try stored(2)?.properties["from"]
                == .references([Beacon(collection: "Author", id: Fixture.authorID)]))
    }

    @Test func `a batch without objects is answered, one without references refused`() async throws {
        #expect(try await errors([]).isEmpty)
        let refusal = await service.refusal(.batchReferences, BatchReferencesRequest())
        #expect(refusal?.message.contains("need at least one reference") == true)
    }

    @Test func `a delete without a filter is refused`() async {
        let request: BatchDeleteRequest = message { $0.collection = "Thing" }
        let refusal = await service.refusal(.batchDelete, request)
        #expect(refusal?.message.contains("to delete all objects, delete the class") == true)
    }

    @Test func `a dry run counts what it would delete, and shows it where that is asked`() async throws {
        #expect(try await errors([object(1, [("title", .stringValue("x"))])]).isEmpty)
        let request: BatchDeleteRequest = message {
            $0.collection = "Thing"
            $0.dryRun = true
            $0.verbose = true
            $0.filters = message {
                $0.operator = .equal
                $0.target = message { $0.target = .property("title") }
                $0.testValue = .valueText("x")
            }
        }
        let reply = try await service.reply(.batchDelete, request, as: BatchDeleteReply.self)
        #expect((reply.matches, reply.successful, reply.failed) == (1, 1, 0))
        #expect(reply.objects.map(\.uuid) == [ObjectID(high: 7, low: 1).bytes])
        #expect(reply.objects.first?.error == "")
        #expect(try stored(1) != nil)
    }
}
