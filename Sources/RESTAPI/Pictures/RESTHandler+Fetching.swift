// SPDX-License-Identifier: Apache-2.0

import Execution
import Fetching
import HTTPServer

extension RESTHandler {
    /// The picture that a request gives by its URL.
    ///
    /// - Parameter memory: of the request; what is fetched counts.
    func fetchedPicture(at url: String, memory: MemoryReservation) async throws(Refusal) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FetchError) {
            guard let fetcher = context.fetcher else { throw .off }
            bytes = try await fetcher.picture(at: url)
        } catch {
            throw Self.refusal(error)
        }
        do throws(MemoryBudgetError) { try memory.grow(by: bytes.count) } catch {
            throw Refusal(response: .refusal(error))
        }
        return bytes
    }

    static func refusal(_ error: FetchError) -> Refusal {
        switch error.cause {
        case .sender: return .handler(422, error.message)
        case .remote: return .handler(502, error.message)
        case .slowRemote: return .handler(504, error.message)
        // Of a cancelled request nobody reads the answer.
        case .load, .cancellation:
            var refusal = Refusal.handler(503, error.message)
            refusal.response.headers.append(("Retry-After", "1"))
            return refusal
        }
    }
}
