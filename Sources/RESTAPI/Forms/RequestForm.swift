// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import HTTPServer
import JSON
import MultipartForms

/// The body of a request as `multipart/form-data`, read part by part. What is kept of it is charged to the request first.
struct RequestForm {
    typealias Part = MultipartForm.Part

    let form: MultipartForm
    private let allowance: DecodingAllowance

    var parts: [Part] { form.parts }

    /// `nil` when the body is no form by its content type.
    init?(_ request: HTTPRequest) throws(Refusal) {
        do throws(MultipartError) {
            guard let form = try MultipartForm(request.body, contentType: request.header("content-type")) else {
                return nil
            }
            self.form = form
        } catch {
            throw .body("body", because: error.message)
        }
        allowance = DecodingAllowance(request.memory, bodyByteCount: request.body.count)
    }

    /// The text of a part.
    func text(of part: Part) throws(Refusal) -> String {
        try charge(part.content.count)
        guard let text = String(validating: form.bytes[part.content], as: UTF8.self) else {
            throw .body(
                "body", because: "part '\(part.name.prefix(100))' is no text in UTF-8; send a file with a filename")
        }
        return text
    }

    /// The bytes of a part, copied.
    func bytes(of part: Part) throws(Refusal) -> [UInt8] {
        try charge(part.content.count)
        return Array(form.bytes[part.content])
    }

    /// The bytes of a part as base64, which is how values hold them.
    func base64(of part: Part) throws(Refusal) -> String {
        // The text, and what the database decodes of it.
        try charge((part.content.count + 2) / 3 * 4 + part.content.count)
        return String(decoding: Base64.encoded(form.bytes.span.extracting(part.content)), as: UTF8.self)
    }

    /// A part as JSON.
    func json(of part: Part) throws(Refusal) -> BodyReader {
        try charge(part.content.count)
        return try BodyReader(Array(form.bytes[part.content]), parameter: part.name, allowance: allowance)
    }

    /// Counts what indexing the words of texts will take.
    func chargeWords(of texts: JSONObject, byteCount: Int) throws(Refusal) {
        do throws(DecodingAllowance.Refusal) {
            try allowance.chargeWords(of: texts, textByteCount: byteCount)
        } catch {
            throw Refusal(error)
        }
    }

    private func charge(_ byteCount: Int) throws(Refusal) {
        do throws(DecodingAllowance.Refusal) { try allowance.charge(byteCount) } catch { throw Refusal(error) }
    }
}
