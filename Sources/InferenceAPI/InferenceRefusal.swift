// SPDX-License-Identifier: Apache-2.0

import Execution
import HTTPServer
import ImageVectorizer
import JSON

/// A request that is not carried out, in the form in which the container says so: `{"error": "…"}`.
///
/// Weaviate looks at the status and passes it on (`fail with status 422`); it reads the body as JSON in any case.
struct InferenceRefusal: Error {
    var response: HTTPResponse

    init(_ status: Int, _ message: String, headers: [(name: String, value: String)] = []) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("error", .string(message))
        writer.endObject()
        response = .json(writer.bytes, status: status)
        response.headers += headers
    }

    /// A bad picture is the sender's mistake, where the container says 500 to everything.
    init(_ error: ImageVectorizerError) {
        switch error {
        case .unknownFormat, .damaged, .unreadKind, .tooManyPixels, .tooLarge: self.init(422, error.message)
        // The reason may name files of this machine.
        case .unavailable: self.init(503, "no image network is loaded; the server's log says why")
        case .outOfMemory: self.init(503, error.message, headers: [("Retry-After", "1")])
        case .inference: self.init(500, "the inference engine failed; the server's log says why")
        }
    }

    init(_ error: MemoryBudgetError) {
        switch error {
        case .exceedsBudget: self.init(413, error.message)
        case .budgetInUse: self.init(503, error.message, headers: [("Retry-After", "1")])
        }
    }
}
