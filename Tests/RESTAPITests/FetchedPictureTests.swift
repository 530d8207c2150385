// SPDX-License-Identifier: Apache-2.0

import Execution
import Fetching
import HTTPServer
import Testing

@testable import RESTAPI

/// Pictures that a request gives by their URL.
struct FetchedPictureTests {
    /// Gives the same picture or error for every URL.
    private struct Fetcher: PictureFetching {
        let outcome: Result<[UInt8], FetchError>

        func picture(at url: String) async throws(FetchError) -> [UInt8] { try outcome.get() }
    }

    private func fetch(_ fetcher: (any PictureFetching)?, memory: MemoryReservation) async -> Result<[UInt8], Refusal> {
        let handler = RESTFixture(fetcher: fetcher).handler
        do throws(Refusal) {
            return .success(try await handler.fetchedPicture(at: "http://a.example/", memory: memory))
        } catch { return .failure(error) }
    }

    @Test func `a picture that was fetched counts against the memory of its request`() async throws {
        let budget = MemoryBudget(limitInBytes: 10)
        let memory = MemoryReservation(in: budget)
        let fetcher = Fetcher(outcome: .success([1, 2, 3]))
        #expect(try await fetch(fetcher, memory: memory).get() == [1, 2, 3])
        #expect(memory.byteCount == 3)
        let large = Fetcher(outcome: .success([UInt8](repeating: 1, count: 11)))
        guard case .failure(let refusal) = await fetch(large, memory: memory) else {
            Issue.record("eleven bytes do not fit into ten")
            return
        }
        #expect(refusal.response.status == 413)
    }

    @Test func `without hosts, a picture by URL is refused with the setting that lists them`() async throws {
        let fixture = RESTFixture()
        try await fixture.createClass("Meme", #"{"name": "image", "dataType": ["blob"]}"#)
        let answer = try await fixture.send(
            "POST", "/v1/search/Meme/near-image", #"{"imageUrl": "http://a.example/"}"#)
        #expect(answer.status == 422)
        #expect(answer.message?.contains("NEEDLETAIL_FETCH_HOSTS") == true)
    }

    @Test(arguments: [
        (FetchError.badAddress(reason: "x"), 422), (.answered(host: "h", status: 404), 422),
        (.answered(host: "h", status: 500), 502), (.unreachable(reason: "x"), 502), (.timedOut(seconds: 1), 504),
        (.busy(limit: 1), 503),
    ])
    func `who can mend it is told by the status`(error: FetchError, status: Int) async throws {
        guard case .failure(let refusal) = await fetch(Fetcher(outcome: .failure(error)), memory: MemoryReservation())
        else {
            Issue.record("no refusal")
            return
        }
        #expect(refusal.response.status == status)
        #expect(String(decoding: refusal.response.body, as: UTF8.self).contains(#"{"error":[{"message":""#))
    }
}
