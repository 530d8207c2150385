// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// A vector as a message has it, before it is known what it is for.
enum VectorMessage {
    /// Shape [dimensions].
    case vector([Float])
    /// Shape [vectors][dimensions], at least one: a multi-vector, or several vectors for a target of single ones.
    case rows([[Float]])

    init(_ message: Vectors, of place: String) throws(GRPCStatus) {
        // No type is that of a single vector.
        self =
            message.type == .multiFp32
            ? .rows(try VectorBytes.vectors(message.vectorBytes, of: place))
            : .vector(try VectorBytes.vector(message.vectorBytes, of: place))
    }

    /// The vectors of a message in any of its forms: `vectors` count more than `vector_bytes`, these more than a list of numbers.
    static func all(
        _ vectors: [Vectors], _ bytes: [UInt8], _ numbers: [Float], of place: String
    ) throws(GRPCStatus) -> [VectorMessage] {
        if !vectors.isEmpty {
            var all: [VectorMessage] = []
            for message in vectors { all.append(try VectorMessage(message, of: place)) }
            return all
        }
        if !bytes.isEmpty { return [.vector(try VectorBytes.vector(bytes, of: place))] }
        return numbers.isEmpty ? [] : [.vector(numbers)]
    }

    /// What of it is looked for in `target`: a multi-vector as one, several vectors each by itself.
    func queryVectors(in target: VectorDefinition?, of place: String) throws(GRPCStatus) -> [QueryVector] {
        let isForMultiVector = target?.isMultiVector ?? false
        switch self {
        case .vector(let vector):
            if isForMultiVector {
                throw .refusal("\(place): provided vector is a regular vector but vector index supports multi vectors")
            }
            return vector.isEmpty ? [] : [.vector(vector)]
        case .rows(let rows):
            if isForMultiVector, let vector = MultiVector(rows: rows) { return [.multiVector(vector)] }
            return rows.map { .vector($0) }
        }
    }
}
