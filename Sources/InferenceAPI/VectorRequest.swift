// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Execution
import HTTPServer
import JSON

/// What `POST /vectors` brings.
struct VectorRequest {
    /// Any text.
    let id: String
    /// An encoded picture.
    let picture: [UInt8]

    init(_ request: HTTPRequest) throws(InferenceRefusal) {
        let (id, text) = try Self.members(of: request.body)
        guard let id else { throw InferenceRefusal(422, "the body has no 'id'; give a text") }
        guard let text else { throw InferenceRefusal(422, "the body has no 'image'; give the picture in base64") }
        // The text and what it decodes to.
        do throws(MemoryBudgetError) { try request.memory.grow(by: text.utf8.count / 4 * 7) } catch {
            throw InferenceRefusal(error)
        }
        guard let picture = Base64.picture(text) else {
            throw InferenceRefusal(422, "'image' is no base64 (RFC 4648, with padding)")
        }
        self.id = id
        self.picture = picture
    }

    private static func members(of body: [UInt8]) throws(InferenceRefusal) -> (id: String?, image: String?) {
        var id: String?
        var image: String?
        do throws(JSONError) {
            var reader = JSONReader(body, looksForCancellation: true)
            try reader.beginObject()
            while let name = try reader.nextKey() {
                switch name {
                case "id": id = try reader.readString()
                case "image": image = try reader.readString()
                default: try reader.skipValue()
                }
            }
            try reader.finish()
        } catch {
            throw InferenceRefusal(422, "the body is not {\"id\": TEXT, \"image\": BASE64}: \(error.message)")
        }
        return (id, image)
    }
}
