// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import InvertedIndexes
import Synchronization
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct QueryPlanTests {
    private static let unknown = Filter.condition(
        FilterCondition(path: .property("nowhere"), comparison: .equal, value: .int(1)))

    private func nearPicture(_ change: (inout Query) -> Void) -> Query {
        var query = Query(collection: "Picture")
        query.search = .vector(VectorSearch(origin: .image(base64: Data([1, 2, 3, 4]).base64EncodedString())))
        change(&query)
        return query
    }

    @Test(
        arguments: [
            { $0.filter = QueryPlanTests.unknown }, { $0.sort = [SortKey(field: .property("nowhere"))] },
            { $0.offset = -1 }, { $0.limit = 100_000 }, { $0.after = .start },
        ] as [@Sendable (inout Query) -> Void])
    func `whatever is wrong with a query is said before its picture goes through the network`(
        mistake: @Sendable (inout Query) -> Void
    ) async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.pictures)
        #expect(await fixture.problem(of: nearPicture(mistake)) != nil)
        #expect(fixture.vectorizer.calls.withLock { $0 } == 0)
        _ = try await fixture.database.hits(of: nearPicture { _ in })
        #expect(fixture.vectorizer.calls.withLock { $0 } == 1)
        await fixture.close()
    }

    @Test func `a picture is made into a vector once, though the plan is run twice`() async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.pictures)
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        let calls = fixture.vectorizer.calls.withLock { $0 }
        let plan = try await fixture.database.plan(nearPicture { $0.limit = 1 })
        for _ in 0..<2 {
            #expect(
                try fixture.database.read { view throws(DatabaseError) in try view.hits(of: plan) }.map(\.object.id)
                    == [.number(1)])
        }
        #expect(fixture.vectorizer.calls.withLock { $0 } == calls + 1)
        await fixture.close()
    }

    @Test func `problems say which part of the query they are about`() async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles(metric: .l2Squared))
        func problem(_ change: (inout Query) -> Void) async -> InvalidQuery? {
            var query = Query(collection: "Article")
            change(&query)
            return await fixture.problem(of: query)
        }
        #expect(
            await problem { $0.filter = Self.unknown }
                == .filter(FilterError(.unknownProperty(name: "nowhere", collection: "Article"))))
        #expect(
            await problem { $0.sort = [SortKey(field: .id), SortKey(field: .property("nowhere"))] }
                == .sortKey(index: 1, .unknownProperty(name: "nowhere", collection: "Article")))
        #expect(await problem { $0.search = .keyword(KeywordSearch(query: "")) } == .keywordSearch(.emptyQuery))
        #expect(
            await problem {
                $0.search = .keyword(KeywordSearch(query: "a"))
                $0.sort = [SortKey(field: .id)]
            } == .sortBeside(.keyword))
        #expect(
            await problem {
                $0.search = .vector(VectorSearch(origin: .vector([1]), threshold: .certainty(0.5)))
            } == .certaintyWithoutCosine(metric: "l2-squared"))
        #expect(
            await problem {
                $0.search = .vector(VectorSearch(origin: .vector([1])))
                $0.selection.needsCertainty = true
            } == .certaintyWithoutCosine(metric: "l2-squared"))
        #expect(
            await problem {
                $0.after = .start
                $0.filter = Self.unknown
            } == .cursorBeside(.filter))
        await fixture.close()
    }

    @Test func `what a view reads is one state, whatever is written meanwhile`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        _ = try await database.insert(.article(1, "first", year: 1))
        let plan = try await database.plan(Query(collection: "Article"))
        let (inside, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // On a thread of its own, which may wait for the writes.
        let seen = Task {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let counts = try? database.read { view throws(DatabaseError) in
                        let before = try view.count(of: plan)
                        inside.signal()
                        done.wait()
                        let first = try view.object(.number(1), in: "Article", tenant: nil, selection: .init())
                        return (before, try view.count(of: plan), try view.hits(of: plan).count, first != nil)
                    }
                    continuation.resume(returning: counts)
                }
            }
        }
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                inside.wait()
                continuation.resume()
            }
        }
        _ = try await database.insert(.article(2, "second", year: 2))
        #expect(try await database.delete(.number(1), in: "Article", tenant: nil))
        done.signal()
        let counts = try #require(await seen.value)
        #expect(counts == (1, 1, 1, true))
        #expect(try database.object(.number(1), in: "Article", tenant: nil, selection: .init()) == nil)
        await fixture.close()
    }
}

extension DatabaseFixture {
    /// What is wrong with `query`; `nil` if it is answered, or fails otherwise.
    func problem(of query: Query) async -> InvalidQuery? {
        do throws(DatabaseError) {
            _ = try await database.hits(of: query)
        } catch {
            if case .invalidQuery(let problem) = error { return problem }
        }
        return nil
    }
}
