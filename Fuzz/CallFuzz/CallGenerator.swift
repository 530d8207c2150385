// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Protobuf
import RandomNumbers
import WeaviateMessages

/// Makes calls: mostly such as could be meant, with some part of them odd; some with bytes spoiled.
struct CallGenerator {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    static let collections = [
        CollectionDefinition(
            name: "Named", properties: [PropertyDefinition(completing: .scalar(.text), name: "t")],
            vectors: ["a", "b"].map { VectorDefinition(name: $0, vectorizer: .none, index: VectorIndexDefinition()) }),
        CollectionDefinition(
            name: "Thing",
            properties: [
                PropertyDefinition(completing: .scalar(.text), name: "t"),
                PropertyDefinition(completing: .scalar(.int), name: "n"),
                PropertyDefinition(completing: .scalar(.number), name: "x"),
                PropertyDefinition(completing: .scalar(.boolean), name: "b"),
                PropertyDefinition(completing: .scalar(.date), name: "d"),
                PropertyDefinition(completing: .scalar(.uuid), name: "u"),
                PropertyDefinition(completing: .scalar(.blob), name: "p"),
                PropertyDefinition(completing: .scalar(.geoCoordinates), name: "g"),
                PropertyDefinition(completing: .array(.int), name: "ns"),
                PropertyDefinition(completing: .array(.text), name: "ts"),
                PropertyDefinition(completing: .reference(["Thing"]), name: "r"),
                PropertyDefinition(completing: .reference(["Thing", "Named"]), name: "rs"),
            ],
            vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())]),
        CollectionDefinition(
            name: "Tenanted", properties: [PropertyDefinition(completing: .scalar(.int), name: "n")],
            vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())],
            multiTenancy: {
                var definition = MultiTenancyDefinition()
                definition.isEnabled = true
                return definition
            }()),
    ]

    mutating func next() -> FuzzCall {
        var call: FuzzCall =
            switch random.next() % 16 {
            case 0...5: Self.one(.search, search())
            case 6, 7: Self.one(.aggregate, aggregation())
            case 8...11: Self.one(.batchObjects, make(BatchObjectsRequest.self) { $0.objects = list(8, Self.object) })
            case 12:
                Self.one(
                    .batchReferences, make(BatchReferencesRequest.self) { $0.references = list(4, Self.reference) })
            case 13: Self.one(.batchDelete, deletion())
            case 14: Self.one(.tenantsGet, tenants())
            default: stream()
            }
        if chance(6) { for index in call.messages.indices { spoil(&call.messages[index]) } }
        return call
    }

    // MARK: Choices

    mutating func chance(_ of: UInt64) -> Bool { random.next() % of == 0 }
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(random.next() % UInt64(elements.count))]
    }
    mutating func list<Element>(_ most: UInt64, _ make: (inout Self) -> Element) -> [Element] {
        (0..<random.next() % (most + 1)).map { _ in make(&self) }
    }
    mutating func maybe<Element>(_ of: UInt64, _ make: (inout Self) -> Element) -> Element? {
        chance(of) ? make(&self) : nil
    }
    /// Changes some bytes, cuts some off, or doubles some.
    private mutating func spoil(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        for _ in 0...random.next() % 4 {
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 4 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.removeLast(min(bytes.count - 1, Int(random.next() % 8)))
            case 2: bytes.insert(contentsOf: bytes[place...].prefix(16), at: place)
            default: bytes[place] ^= 1 << UInt8(random.next() % 8)
            }
        }
    }

    // MARK: Values

    private static let numbers: [Double] = [
        0, 1, -1, 0.5, 42, 1e300, -1e-300, 9.007199254740993e15, .infinity, .nan, -0.0,
    ]
    mutating func number() -> Double { pick(Self.numbers) }
    mutating func integer() -> Int64 { pick([0, 1, -1, 42, .max, .min, Int64(random.next() % 100)]) }
    mutating func text() -> String {
        pick([
            "", "a", "red apple", "A*", "the", "42", "2024-01-01T00:00:00Z", "é\u{301}\u{0}", id(), "x\u{1F600}", "7d",
        ])
    }
    private mutating func id() -> String { ObjectID(high: 0, low: random.next() % 40).description }
    mutating func anyID() -> String { chance(12) ? text() : id() }
    mutating func name() -> String {
        pick([
            "t", "n", "x", "b", "d", "u", "p", "g", "ns", "ts", "r", "rs", "_id", "id", "len(t)", "_creationTimeUnix",
            "o.a", "zz", "",
        ])
    }
    mutating func collection() -> String { pick(["Thing", "Thing", "Thing", "thing", "Named", "Tenanted", "No", ""]) }
    mutating func tenant() -> String { pick(["", "", "", "a", "b", "c"]) }
    private mutating func floats() -> [Float] {
        (0..<pick([3, 3, 3, 3, 2, 0])).map { _ in Float(random.next() % 100) / 10 - 5 } + (chance(30) ? [.nan] : [])
    }
    mutating func bytes() -> [UInt8] {
        let values = floats().flatMap { value in
            let bits = value.bitPattern
            return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) }
        }
        return chance(20) ? Array(values.dropLast()) : values
    }

    // MARK: Search

    private mutating func search() -> SearchRequest {
        var request = SearchRequest()
        request.collection = collection()
        request.tenant = tenant()
        request.limit = pick([0, 1, 5, 100, .max])
        request.offset = pick([0, 0, 0, 1, 9_999, .max])
        request.autocut = pick([0, 0, 1, .max])
        request.after = chance(8) ? anyID() : ""
        request.filters = maybe(3) { $0.filter() }
        request.sortBy =
            chance(5) ? list(3) { generator in make(SortBy.self) { $0.path = generator.list(2) { $0.name() } } } : []
        request.properties = maybe(3) { $0.properties(depth: 0) }
        request.metadata = maybe(2) { $0.metadata() }
        if chance(6) {
            request.groupBy = make(GroupBy.self) {
                $0.path = list(2) { $0.name() }
                $0.numberOfGroups = pick([0, 1, 5, .max, .min])
                $0.objectsPerGroup = pick([0, 1, 5, .max, .min])
            }
        }
        switch random.next() % 10 {
        case 0...2: request.nearVector = nearVector()
        case 3: request.nearObject = make(NearObject.self) { $0.id = anyID() }
        case 4: request.bm25Search = bm25()
        case 5, 6: request.hybridSearch = hybrid()
        case 7: request.nearImage = make(NearImageSearch.self) { $0.image = text() }
        default: break
        }
        if chance(12) { request.boost = boost() }
        if chance(40) { request.nearText = NearTextSearch() }
        return request
    }

    private mutating func nearVector() -> NearVector {
        var near = NearVector()
        near.distance = maybe(5) { $0.number() }
        near.certainty = maybe(12) { $0.number() }
        near.targets = maybe(3) { $0.targets() }
        switch random.next() % 4 {
        case 0: near.vectorBytes = bytes()
        case 1: near.vector = floats()
        case 2: near.vectors = list(2) { $0.vectors() }
        default:
            near.vectorForTargets = list(3) { generator in
                make(VectorForTarget.self) {
                    $0.name = generator.pick(["a", "b", "c"])
                    $0.vectors = generator.list(2) { $0.vectors() }
                }
            }
        }
        if chance(10) {
            near.selection = make(Selection.self) {
                $0.selection = .mmr(
                    make(Selection.MMR.self) {
                        $0.limit = pick([nil, 0, 1, 3, .max])
                        $0.balance = maybe(2) { Float($0.number()) }
                    })
            }
        }
        return near
    }

    mutating func vectors() -> Vectors {
        make(Vectors.self) {
            $0.name = pick(["", "a", "b"])
            $0.type = Vectors.VectorType(rawValue: pick([0, 1, 1, 2, 7]))
            $0.vectorBytes = ($0.type == .multiFp32 ? [3, 0] : []) + bytes()
        }
    }

    private mutating func targets() -> Targets {
        make(Targets.self) {
            $0.targetVectors = list(3) { $0.pick(["a", "b", "c"]) }
            $0.combination = CombinationMethod(rawValue: pick([0, 1, 2, 3, 4, 5, 9]))
            $0.weightsForTargets = list(3) { generator in
                make(WeightsForTarget.self) {
                    $0.target = generator.pick(["a", "b", "c"])
                    $0.weight = Float(generator.number())
                }
            }
        }
    }

    private mutating func bm25() -> BM25 {
        make(BM25.self) {
            $0.query = text()
            $0.properties = list(3) { $0.name() + $0.pick(["", "^2", "^x"]) }
            $0.searchOperator = maybe(3) { $0.tokenOperator() }
        }
    }

    private mutating func tokenOperator() -> SearchOperatorOptions {
        make(SearchOperatorOptions.self) {
            $0.operator = .init(rawValue: pick([0, 1, 2, 3, 9]))
            $0.minimumOrTokensMatch = pick([nil, 0, 2, .max, .min])
        }
    }

    private mutating func hybrid() -> Hybrid {
        make(Hybrid.self) {
            $0.query = text()
            $0.useAlphaParam = !chance(4)
            $0.alphaParam = maybe(2) { Float($0.number()) }
            $0.vectors = list(1) { $0.vectors() }
            $0.nearVector = maybe(8) { $0.nearVector() }
            $0.targets = maybe(4) { $0.targets() }
            $0.threshold = maybe(5) { .vectorDistance(Float($0.number())) }
            $0.bm25SearchOperator = maybe(4) { $0.tokenOperator() }
        }
    }

    private mutating func boost() -> Boost {
        make(Boost.self) {
            $0.weight = maybe(2) { Float($0.number()) }
            $0.depth = pick([nil, 0, 1, 50, .max])
            $0.conditions = list(3) { generator in
                make(Boost.Condition.self) {
                    $0.weight = generator.maybe(2) { Float($0.number()) }
                    $0.condition =
                        generator.chance(2)
                        ? .filter(generator.filter())
                        : .numericDecay(
                            make(Boost.NumericDecayFunction.self) {
                                $0.property = generator.name()
                                $0.origin = generator.number()
                                $0.scale = generator.number()
                            })
                }
            }
        }
    }

    private mutating func metadata() -> MetadataRequest {
        make(MetadataRequest.self) {
            $0.uuid = chance(2)
            $0.vector = chance(2)
            $0.distance = chance(2)
            $0.certainty = chance(2)
            $0.score = chance(2)
            $0.explainScore = chance(3)
            $0.vectors = list(2) { $0.pick(["a", "c", ""]) }
            $0.queryProfile = chance(5)
        }
    }

    private mutating func properties(depth: Int) -> PropertiesRequest {
        make(PropertiesRequest.self) {
            $0.returnAllNonrefProperties = chance(3)
            $0.nonRefProperties = list(3) { $0.name() }
            if depth < 3, chance(2) {
                $0.refProperties = list(2) { generator in
                    make(RefPropertiesRequest.self) {
                        $0.referenceProperty = generator.pick(["r", "rs", "t", "zz"])
                        $0.targetCollection = generator.pick(["", "Thing", "Named", "No"])
                        $0.properties = generator.properties(depth: depth + 1)
                    }
                }
            }
        }
    }

    // MARK: Aggregations, deletions, tenants

    private mutating func aggregation() -> AggregateRequest {
        make(AggregateRequest.self) {
            $0.collection = collection()
            $0.tenant = tenant()
            $0.objectsCount = chance(2)
            $0.objectLimit = pick([nil, 0, 3, .max])
            $0.limit = pick([nil, 0, 3, .max])
            $0.filters = maybe(3) { $0.filter() }
            $0.groupBy = maybe(4) { generator in make(AggregateRequest.GroupBy.self) { $0.property = generator.name() }
            }
            $0.aggregations = list(3) { generator in
                make(AggregateRequest.Aggregation.self) {
                    $0.property = generator.name()
                    $0.aggregation =
                        generator.chance(2)
                        ? .int(make(AggregateRequest.Aggregation.Integer.self) { $0.mean = true })
                        : .text(
                            make(AggregateRequest.Aggregation.Text.self) {
                                $0.topOccurences = true
                                $0.topOccurencesLimit = generator.pick([nil, 0, 2, .max])
                            })
                }
            }
            switch random.next() % 6 {
            case 0: $0.search = .nearVector(nearVector())
            case 1: $0.search = .hybrid(hybrid())
            case 2: $0.search = .nearObject(make(NearObject.self) { $0.id = anyID() })
            default: break
            }
        }
    }

    private mutating func deletion() -> BatchDeleteRequest {
        make(BatchDeleteRequest.self) {
            $0.collection = collection()
            $0.tenant = maybe(2) { $0.tenant() }
            $0.filters = chance(10) ? nil : filter()
            $0.verbose = chance(2)
            $0.dryRun = chance(2)
        }
    }

    mutating func tenants() -> TenantsGetRequest {
        make(TenantsGetRequest.self) {
            $0.collection = collection()
            $0.params = maybe(2) { generator in
                .names(make(TenantNames.self) { $0.values = generator.list(3) { $0.tenant() } })
            }
        }
    }

    private static func one(_ method: WeaviateMethod, _ message: some ProtobufMessage) -> FuzzCall {
        FuzzCall(method: method, messages: [message.protobufBytes()])
    }
}

/// A message of this type, filled where it is made.
func make<Message: ProtobufMessage>(_: Message.Type, _ fill: (inout Message) -> Void) -> Message {
    var message = Message()
    fill(&message)
    return message
}
