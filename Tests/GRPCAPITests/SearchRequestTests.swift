// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import GRPCServer
import Testing
import WeaviateMessages

@testable import GRPCAPI

@Suite struct SearchRequestTests {
    private let database = Fixture.database()
    private var service: WeaviateService { Fixture.service(database) }

    private func search(_ fill: (inout SearchRequest) -> Void) -> SearchRequest {
        message {
            $0.collection = "Thing"
            fill(&$0)
        }
    }

    private func vector(_ values: [Float], name: String = "") -> Vectors {
        message {
            $0.name = name
            $0.vectorBytes = VectorBytes.bytes(of: values)
            $0.type = .singleFp32
        }
    }

    @Test func `a listing without a limit asks for ten objects`() async throws {
        let query = try await service.query(database, search { _ in })
        #expect(query?.limit == 10)
        #expect(query?.search == nil)
    }

    @Test func `a class is found by its name in lower case`() async throws {
        let query = try await service.query(database, search { $0.collection = "thing" })
        #expect(query?.collection == "Thing")
    }

    @Test func `a class that is not there is refused with its name`() async {
        let refusal = await service.refusal(.search, search { $0.collection = "Nope" })
        #expect(refusal == .init(.unknown, "could not find class Nope in schema"))
    }

    @Test func `a vector comes as bytes or as numbers, the bytes first`() async throws {
        for near in [
            message(NearVector.self) { $0.vectors = [vector([1, 2])] },
            message(NearVector.self) { $0.vectorBytes = VectorBytes.bytes(of: [1, 2]) },
            message(NearVector.self) { $0.vector = [1, 2] },
            message(NearVector.self) {
                $0.vectorBytes = VectorBytes.bytes(of: [1, 2])
                $0.vector = [3, 4]
            },
        ] {
            let query = try await service.query(database, search { $0.nearVector = near })
            guard case .vector(let found)? = query?.search, case .vector(let values) = found.origin else {
                Issue.record("\(String(describing: query?.search)) is no search by vector")
                continue
            }
            #expect(values == [1, 2])
        }
    }

    @Test func `bytes that are no whole floats are refused`() async {
        let refusal = await service.refusal(.search, search { $0.nearVector = message { $0.vectorBytes = [1, 2, 3] } })
        #expect(refusal?.message.contains("3 bytes") == true)
    }

    @Test func `distance and certainty together are refused`() async {
        let near = message(NearVector.self) {
            $0.vector = [1]
            $0.distance = 0.5
            $0.certainty = 0.5
        }
        let refusal = await service.refusal(.search, search { $0.nearVector = near })
        #expect(refusal?.message == "near_vector: cannot provide distance and certainty")
    }

    @Test func `a class with several vectors needs a target`() async {
        let refusal = await service.refusal(
            .search,
            search {
                $0.collection = "Named"
                $0.nearVector = message { $0.vector = [1] }
            })
        #expect(refusal?.message.contains("no target vectors were provided") == true)
    }

    @Test func `several vectors for a target count as so many targets`() async throws {
        let rows: Vectors = message {
            // Two vectors of two dimensions.
            $0.vectorBytes = [2, 0] + VectorBytes.bytes(of: [1, 2, 3, 4])
            $0.type = .multiFp32
        }
        let near = message(NearVector.self) {
            $0.targets = message {
                $0.targetVectors = ["a", "b"]
                $0.combination = .average
            }
            $0.vectorForTargets = [
                message {
                    $0.name = "a"
                    $0.vectors = [rows]
                },
                message {
                    $0.name = "b"
                    $0.vectors = [vector([5])]
                },
            ]
        }
        let query = try await service.query(
            database,
            search {
                $0.collection = "Named"
                $0.nearVector = near
            })
        guard case .vector(let found)? = query?.search, case .vectors(let vectors) = found.origin else {
            Issue.record("no search by vector")
            return
        }
        #expect(found.targetVectors == ["a", "a", "b"])
        #expect(vectors == [[1, 2], [3, 4], [5]])
        #expect(found.combination == .average)
    }

    @Test func `the vectors come in the order of the targets`() async {
        let near = message(NearVector.self) {
            $0.targets = message { $0.targetVectors = ["a", "b"] }
            $0.vectorForTargets = ["b", "a"].map { name in
                message {
                    $0.name = name
                    $0.vectors = [vector([1])]
                }
            }
        }
        let refusal = await service.refusal(
            .search,
            search {
                $0.collection = "Named"
                $0.nearVector = near
            })
        #expect(refusal?.message.contains("vector for target a is required") == true)
    }

    @Test(
        arguments: [
            (nil, 0.25, true, 0.25), (nil, nil, true, 0.75), (Float(0.5), Float(0.25), false, 0.5),
            (nil, 0.25, false, 0),
        ] as [(Float?, Float?, Bool, Double)])
    func `alpha is read from the field that the client says`(
        old: Float?, new: Float?, usesNew: Bool, alpha: Double
    ) async throws {
        let hybrid = message(Hybrid.self) {
            $0.query = "x"
            $0.alpha = old ?? 0
            $0.alphaParam = new
            $0.useAlphaParam = usesNew
            $0.vectors = [vector([1])]
        }
        let query = try await service.query(database, search { $0.hybridSearch = hybrid })
        guard case .hybrid(let found)? = query?.search else {
            Issue.record("no hybrid search")
            return
        }
        #expect(found.alpha == alpha)
    }

    @Test func `a search by vector beside a hybrid one wins`() async throws {
        let query = try await service.query(
            database,
            search {
                $0.hybridSearch = message { $0.query = "x" }
                $0.nearVector = message { $0.vector = [1] }
            })
        guard case .vector? = query?.search else {
            Issue.record("no search by vector")
            return
        }
    }

    @Test func `two searches by vector are refused`() async {
        let refusal = await service.refusal(
            .search,
            search {
                $0.nearObject = message { $0.id = Fixture.firstID.description }
                $0.nearVector = message { $0.vector = [1] }
            })
        #expect(refusal?.message.contains("found both 'nearVector' and 'nearObject'") == true)
    }

    @Test func `a search cannot be sorted`() async {
        let refusal = await service.refusal(
            .search,
            search {
                $0.nearVector = message { $0.vector = [1] }
                $0.sortBy = [message { $0.path = ["title"] }]
            })
        #expect(refusal?.message == "sorting cannot be combined with search")
    }

    @Test func `sort keys are taken in order`() async throws {
        let query = try await service.query(
            database,
            search {
                $0.sortBy = [
                    message {
                        $0.path = ["title"]
                        $0.ascending = true
                    }, message { $0.path = ["_id"] },
                ]
            })
        #expect(
            query?.sort == [SortKey(field: .property("title")), SortKey(field: .id, isDescending: true)])
    }

    @Test func `a cursor that is no uuid is refused`() async {
        let refusal = await service.refusal(.search, search { $0.after = "nope" })
        #expect(refusal?.message.contains("'nope' is not a valid uuid") == true)
    }

    @Test(arguments: ["nearText", "nearAudio", "nearVideo", "nearDepth", "nearThermal", "nearIMU"])
    func `what no module here makes vectors of is refused by name`(kind: String) async {
        let refusal = await service.refusal(
            .search,
            search {
                switch kind {
                case "nearText": $0.nearText = NearTextSearch()
                case "nearAudio": $0.nearAudio = NearAudioSearch()
                case "nearVideo": $0.nearVideo = NearVideoSearch()
                case "nearDepth": $0.nearDepth = NearDepthSearch()
                case "nearThermal": $0.nearThermal = NearThermalSearch()
                default: $0.nearImu = NearIMUSearch()
                }
            })
        #expect(refusal?.message.contains("with search-type \(kind).") == true)
    }

    @Test func `generative search and reranking are refused with what to do`() async {
        let generative = await service.refusal(.search, search { $0.generative = GenerativeSearch() })
        #expect(generative?.message.contains("leave 'generative' out") == true)
        let rerank = await service.refusal(.search, search { $0.rerank = Rerank() })
        #expect(rerank?.message.contains("leave 'rerank' out") == true)
    }

    @Test func `groups need a search`() async {
        let refusal = await service.refusal(.search, search { $0.groupBy = message { $0.path = ["title"] } })
        #expect(refusal?.message.contains("group_by goes with a search") == true)
    }
}
