// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import Testing

@testable import DatabaseCore

/// Pictures that are made ready otherwise than in compatible mode, and searches by several of them.
struct PreparedPictureTests {
    private func collection(flipping: Bool) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        var definition = CollectionDefinition.pictures
        if flipping { definition.vectors[0].preprocessing = ["image": Self.flipping] }
        _ = try await fixture.database.createCollection(definition)
        return fixture
    }

    private static let flipping = {
        var preprocessing = PicturePreprocessing()
        preprocessing.averagesMirrorImage = true
        return preprocessing
    }()

    private func query(_ pictures: [WeightedPicture]) -> Query {
        var query = Query(collection: "Picture")
        query.search = .vector(VectorSearch(origin: .pictures(pictures)))
        query.limit = 1
        return query
    }

    @Test func `each field is made ready as the class says, when stored and when searched`() async throws {
        let fixture = try await collection(flipping: true)
        let object = try await fixture.database.insert(.picture(1, [1, 2, 3, 5]))
        #expect(object.vector == [3, 2.5, 2.5, 3])
        let hits = try await fixture.database.hits(of: query([WeightedPicture(.bytes([5, 3, 2, 1]))]))
        #expect(hits.first.flatMap(\.distance).map { abs($0) < 1e-6 } == true)
        await fixture.close()
    }

    @Test func `vectors of pictures that were made ready otherwise are not mixed, also after a restart`() async throws {
        let fixture = try await collection(flipping: true)
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        let shard = try #require(try fixture.database.requireCollection("Picture").shards.all.first)
        var definition = try #require(fixture.database.collection(named: "Picture")?.vectors.first)
        let network = fixture.vectorizer.network
        try shard.state.require(network, for: definition, in: "Picture")
        definition.preprocessing = [:]
        let error = #expect(throws: DatabaseError.self) {
            try shard.state.require(network, for: definition, in: "Picture")
        }
        #expect(error?.message.contains("\"flip\":true") == true)
        try await fixture.reopen()
        _ = try await fixture.database.insert(.picture(2, [1, 2, 3, 4]))
        await fixture.close()
    }

    @Test func `an update leaves how pictures are made ready as it is`() async throws {
        let fixture = try await collection(flipping: false)
        var definition = try #require(fixture.database.collection(named: "Picture"))
        definition.vectors[0].preprocessing = ["image": Self.flipping]
        _ = try await fixture.database.updateCollection(definition)
        #expect(fixture.database.collection(named: "Picture")?.vectors[0].preprocessing.isEmpty == true)
        await fixture.close()
    }

    @Test func `a search by several pictures finds what is like some and unlike others`() async throws {
        let fixture = try await collection(flipping: false)
        for number in 1...4 {
            var bytes: [UInt8] = [0, 0, 0, 0]
            bytes[number - 1] = 9
            _ = try await fixture.database.insert(.picture(UInt64(number), bytes))
        }
        _ = try await fixture.database.insert(.picture(5, [9, 9, 0, 0]))
        let both = [WeightedPicture(.bytes([1, 0, 0, 0])), WeightedPicture(.base64("AAEAAA=="))]
        #expect(try await fixture.database.hits(of: query(both)).map(\.object.id) == [.number(5)])
        let less = [WeightedPicture(.object(.number(5))), WeightedPicture(.bytes([1, 0, 0, 0]), weight: -0.5)]
        #expect(try await fixture.database.hits(of: query(less)).map(\.object.id) == [.number(2)])
        let cropped = [WeightedPicture(.bytes([9, 0, 0, 1]), crop: PictureCrop(x: 0.5, y: 0, width: 0.5, height: 1))]
        #expect(try await fixture.database.hits(of: query(cropped)).map(\.object.id) == [.number(4)])
        await fixture.close()
    }

    @Test func `a plan tells how long its pictures took`() async throws {
        let fixture = try await collection(flipping: false)
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        let pictures = [WeightedPicture(.bytes([1, 2, 3, 4])), WeightedPicture(.bytes([2, 2, 3, 4]))]
        let times = try await fixture.database.plan(query(pictures)).pictureTimes
        #expect(times == PictureTimes(decoding: .seconds(2), inference: .seconds(4)))
        await fixture.close()
    }

    @Test func `an object of a search by pictures has to be there and have a vector`() async throws {
        let fixture = try await collection(flipping: false)
        _ = try await fixture.database.insert(ObjectInput(collection: "Picture", id: .number(1)))
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.hits(of: query([WeightedPicture(.object(.number(1)))]))
        }
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.hits(of: query([WeightedPicture(.object(.number(2)))]))
        }
        await fixture.close()
    }
}
