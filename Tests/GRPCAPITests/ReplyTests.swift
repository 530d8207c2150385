// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import GRPCServer
import Testing
import WeaviateMessages

@testable import GRPCAPI

@Suite struct ReplyTests {
    private let database = Fixture.database()
    private var service: WeaviateService { Fixture.service(database) }

    private func results(
        _ hits: [Hit], _ fill: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> [SearchResult] {
        database.answer("Thing", with: .success(hits))
        let request: SearchRequest = message {
            $0.collection = "Thing"
            fill(&$0)
        }
        let reply = try await service.reply(.search, request, as: SearchReply.self)
        #expect(reply.generativeGroupedResult == "")
        return reply.results
    }

    private func fields(_ result: SearchResult) -> [String: Value.Kind] {
        Dictionary(
            (result.properties?.nonRefProps?.fields ?? []).compactMap { entry in
                entry.value.kind.map { (entry.key, $0) }
            },
            uniquingKeysWith: { _, last in last })
    }

    @Test func `all properties are there but references and blobs, missing ones as null`() async throws {
        let results = try await results([Fixture.hit(["title": .text("a"), "num": .int(0)])])
        let fields = fields(results[0])
        #expect(fields["title"] == .textValue("a"))
        #expect(fields["num"] == .intValue(0))
        #expect(fields["real"] == .nullValue(.nullValue))
        #expect(fields["image"] == nil)
        #expect(fields["author"] == nil)
    }

    @Test func `an empty message asks for no property`() async throws {
        let results = try await results([Fixture.hit(["title": .text("a")])]) { $0.properties = PropertiesRequest() }
        #expect(results[0].properties?.nonRefProps == nil)
        #expect(results[0].properties?.targetCollection == "Thing")
    }

    @Test func `a list of integers comes as eight bytes each`() async throws {
        let hit = Fixture.hit(["nums": .array([.int(1), .int(-2)])])
        let results = try await results([hit]) { $0.properties = message { $0.nonRefProperties = ["nums"] } }
        guard case .listValue(let list)? = fields(results[0])["nums"], case .intValues(let ints)? = list.kind else {
            Issue.record("no list of integers")
            return
        }
        #expect(ints.values == [1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
    }

    @Test func `an empty list has its type`() async throws {
        let results = try await results([Fixture.hit(["nums": .array([])])]) {
            $0.properties = message { $0.nonRefProperties = ["nums"] }
        }
        guard case .listValue(let list)? = fields(results[0])["nums"] else {
            Issue.record("no list")
            return
        }
        #expect(list.kind == .intValues(IntValues()))
    }

    @Test func `of an object only the members that are asked for are shown`() async throws {
        let hit = Fixture.hit(["inner": .object(["label": .text("x"), "n": .int(1)])])
        let results = try await results([hit]) {
            $0.properties = message {
                $0.objectProperties = [
                    message {
                        $0.propName = "inner"
                        $0.primitiveProperties = ["n", "nope"]
                    }
                ]
            }
        }
        guard case .objectValue(let object)? = fields(results[0])["inner"] else {
            Issue.record("no object")
            return
        }
        #expect(object.fields.map(\.key) == ["n"])
    }

    @Test func `the id comes as text and as bytes`() async throws {
        let results = try await results([Fixture.hit()]) { $0.metadata = message { $0.uuid = true } }
        #expect(results[0].metadata?.id == Fixture.firstID.description)
        #expect(results[0].metadata?.idAsBytes == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func `a distance of zero is said to be there`() async throws {
        let results = try await results([Fixture.hit(distance: 0)]) {
            $0.nearVector = message { $0.vector = [1] }
            $0.metadata = message {
                $0.distance = true
                $0.certainty = true
            }
        }
        #expect(results[0].metadata?.distancePresent == true)
        #expect(results[0].metadata?.certainty == 1)
    }

    @Test func `a score is said to be there even on a listing`() async throws {
        let results = try await results([Fixture.hit()]) { $0.metadata = message { $0.score = true } }
        #expect(results[0].metadata?.scorePresent == true)
        #expect(results[0].metadata?.distancePresent == false)
    }

    @Test func `the unnamed vector comes as numbers and as bytes`() async throws {
        let results = try await results([Fixture.hit(vector: [1, 2])]) { $0.metadata = message { $0.vector = true } }
        #expect(results[0].metadata?.vector == [1, 2])
        #expect(results[0].metadata?.vectorBytes == VectorBytes.bytes(of: [1, 2]))
    }

    @Test func `references are followed to the class that is asked for`() async throws {
        database.keep(
            DatabaseObject(
                collection: "Author", id: Fixture.authorID, creationTime: 1, updateTime: 1,
                properties: ["name": .text("Ann")]))
        let hit = Fixture.hit(["from": .references([Beacon(collection: "Author", id: Fixture.authorID)])])
        for (target, count) in [("Author", 1), ("Place", 0)] {
            let results = try await results([hit]) {
                $0.properties = message {
                    $0.refProperties = [
                        message {
                            $0.referenceProperty = "from"
                            $0.targetCollection = target
                        }
                    ]
                }
            }
            #expect(results[0].properties?.refPropsRequested == true)
            #expect(results[0].properties?.refProps.first?.properties.count == count)
        }
    }

    @Test func `a reference to several classes needs the one that is asked for`() async {
        let request: SearchRequest = message {
            $0.collection = "Thing"
            $0.properties = message { $0.refProperties = [message { $0.referenceProperty = "from" }] }
        }
        let refusal = await service.refusal(.search, request)
        #expect(refusal?.message.contains("Available linked collections are [Author Place]") == true)
    }

    @Test func `hits of a group tell their distance and no score`() async throws {
        var hit = Fixture.hit(distance: 0.5)
        hit.group = HitGroup(
            number: 0, property: "title", value: .text("x"), minimumDistance: 0.5, maximumDistance: 0.5,
            hits: [Fixture.hit(["title": .text("x")], distance: 0.5)])
        database.answer("Thing", with: .success([hit]))
        let request: SearchRequest = message {
            $0.collection = "Thing"
            $0.nearVector = message { $0.vector = [1] }
            $0.groupBy = message {
                $0.path = ["title"]
                $0.numberOfGroups = 1
                $0.objectsPerGroup = 1
            }
            $0.properties = PropertiesRequest()
            $0.metadata = message {
                $0.score = true
                $0.distance = true
            }
        }
        let reply = try await service.reply(.search, request, as: SearchReply.self)
        #expect(reply.results.isEmpty)
        let group = try #require(reply.groupByResults.first)
        #expect(group.name == "x")
        #expect(group.objects.first?.metadata?.distance == 0.5)
        #expect(group.objects.first?.metadata?.scorePresent == false)
        #expect(group.objects.first?.properties?.nonRefProps?.fields.map(\.key) == ["title"])
    }
}
