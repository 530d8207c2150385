// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON

/// Values that look the same in every API that answers in JSON.
extension JSONWriter {
    /// - Parameter value: none of `other`, which each API writes in its own way: those become null.
    package mutating func write(_ value: RecordedValue) {
        switch value {
        case .text(let text): string(utf8: text.span)
        case .int(let int): number(Int(int))
        case .number(let number): self.number(number)
        case .boolean(let boolean): self.boolean(boolean)
        case .texts(let texts):
            beginArray()
            for text in texts { string(utf8: text.span) }
            endArray()
        case .other: null()
        }
    }

    /// A blob as base64: the text it came as where that differs, else the canonical text of its bytes (RFC 4648, padded).
    package mutating func blob(_ blob: Blob) {
        if let text = blob.originalText {
            string(text)
        } else {
            string(utf8: Base64.encoded(blob.bytes.span).span)
        }
    }

    /// Named vectors and multi-vectors as an object, by name.
    package mutating func vectors(_ vectors: [String: [Float]], _ multiVectors: [String: MultiVector] = [:]) {
        beginObject()
        for name in Set(vectors.keys).union(multiVectors.keys).sorted() {
            key(name)
            if let vector = multiVectors[name] { rows(of: vector) } else { floats(vectors[name] ?? []) }
        }
        endObject()
    }

    /// A multi-vector as a list of lists.
    package mutating func rows(of vector: MultiVector) {
        beginArray()
        for row in vector.rows { floats(row) }
        endArray()
    }
}
