// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON

/// Values that look the same in every API that answers in JSON.
extension JSONWriter {
    /// A blob as base64: the text it came as where that differs, else the canonical text of its bytes (RFC 4648, padded).
    package mutating func blob(_ blob: Blob) {
        if let text = blob.originalText {
            string(text)
        } else {
            string(utf8: Base64.encoded(blob.bytes.span).span)
        }
    }

    /// Named vectors as an object, by name.
    package mutating func vectors(_ vectors: [String: [Float]]) {
        beginObject()
        for (name, vector) in vectors.sorted(by: { $0.key < $1.key }) {
            key(name)
            floats(vector)
        }
        endObject()
    }
}
