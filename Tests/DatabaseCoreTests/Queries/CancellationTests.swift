// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import ObjectStorage
import Synchronization
import Testing

@testable import DatabaseCore

@Suite struct CancellationTests {
    private static let objectCount = 1_000

    private func filled() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles())
        let objects = (0..<Self.objectCount).map { number in
            var object = ObjectInput.article(UInt64(number), "red fox", year: number * 7 % Self.objectCount)
            object.vector = [Float(number), 1]
            return object
        }
        for result in await fixture.database.upsert(objects) { _ = try result.get() }
        return fixture
    }

    private enum Kind: CaseIterable {
        case listing, sort, vector, hybrid

        var query: Query {
            var query = Query(collection: "Article")
            query.limit = CancellationTests.objectCount
            switch self {
            case .listing: break
            case .sort: query.sort = [SortKey(field: .property("year"), isDescending: false)]
            case .vector: query.search = .vector(VectorSearch(origin: .vector([1, 1])))
            case .hybrid:
                var search = HybridSearch(query: "fox")
                search.alpha = 0
                query.search = .hybrid(search)
            }
            return query
        }
    }

    /// Runs a query that is cancelled when that is looked for the `last` time.
    ///
    /// - Returns: how often it was looked for.
    private func looks(_ query: Query, in database: Database, last: Int) async throws -> Int {
        let plan = try await database.plan(query)
        let count = Mutex(0)
        let result = Result { () throws(any Error) in
            try database.readStorage { transaction in
                let reader = ShardReader(
                    transaction: transaction, shard: plan.shard, collection: plan.collection,
                    collections: database.collectionTable)
                let run = QueryRun(reader: reader, plan: plan, answered: { _ in }) {
                    count.withLock { count in
                        count += 1
                        return count >= last
                    }
                }
                return try run.hits().count
            }
        }
        switch result {
        case .success: #expect(last == .max, "it was not cancelled")
        case .failure(let error): #expect("\(error)" == "\(DatabaseError.cancelled)")
        }
        return count.withLock { $0 }
    }

    @Test func `queries look for cancellation all along, and end with the look that finds it`() async throws {
        let fixture = try await filled()
        for kind in Kind.allCases {
            let all = try await looks(kind.query, in: fixture.database, last: .max)
            #expect(all >= Self.objectCount / 8, "\(kind)")
            for last in [1, all / 2, all] {
                #expect(try await looks(kind.query, in: fixture.database, last: last) <= last + 1, "\(kind)")
            }
        }
        await fixture.close()
    }

    @Test func `a hybrid search takes the same steps wherever its memory lies`() async throws {
        let fixture = try await filled()
        var counts: Set<Int> = []
        var elsewhere: [[UInt64]] = []
        for round in 1...30 {
            counts.insert(try await looks(Kind.hybrid.query, in: fixture.database, last: .max))
            // What is allocated next lies at another address.
            elsewhere.append(Array(repeating: 0, count: 1_000 * round + 7))
        }
        #expect(counts.count == 1, "\(counts), \(elsewhere.count) arrays")
        await fixture.close()
    }

    @Test func `objects of a request that was cancelled before they reached the writer are not stored`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        let results = await Task {
            // Safety: the task is not kept.
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await database.upsert([.article(1, "a", year: 1), .article(2, "b", year: 2)])
        }.value
        for result in results {
            guard case .failure(.cancelled) = result else {
                Issue.record("\(result)")
                continue
            }
        }
        #expect(try await database.hits(of: Query(collection: "Article")).isEmpty)
        await fixture.close()
    }
}
