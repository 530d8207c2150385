// SPDX-License-Identifier: Apache-2.0

import HTTPServer

/// `POST /v1/batch/references`.
extension RESTHandler {
    /// Refuses malformed bodies in the original's words; references themselves are not there yet.
    func batchReferences(_ call: Call) throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        var reader = try BodyReader(call.request)
        var count = 0
        var fault: Refusal?
        try reader.elements(of: "", ofType: "*models.BatchReference") { (reader, position) throws(Refusal) in
            count += 1
            try reader.members(ofType: "models.BatchReference") { (reader, name) throws(Refusal) in
                guard name == "from" || name == "to" else { return try reader.skip() }
                let text = try reader.text("BatchReference.\(name)") ?? ""
                if !text.isEmpty, !Self.isURI(text), fault == nil {
                    fault = .format(name, in: "body", of: "uri", value: text)
                }
            }
        }
        if let fault { throw fault }
        guard count > 0 else {
            throw .handler(422, "invalid params: length cannot be 0, need at least one reference for batching")
        }
        throw .unsupported("adding references in batches")
    }

    /// Whether a text begins as a URI does that a request may name: with a scheme, or with `/`.
    static func isURI(_ text: String) -> Bool {
        if text.hasPrefix("/") { return true }
        guard let end = text.firstIndex(of: ":"), let first = text.utf8.first,
            isLetter(first)
        else { return false }
        return text[..<end].utf8.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
