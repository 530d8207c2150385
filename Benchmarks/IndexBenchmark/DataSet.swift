// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import VectorIndexes

/// Vectors to index and vectors to ask for, row after row.
///
/// Document d has the vector of row `d % count`, so that documents can be replaced by new ones with the same vectors.
struct DataSet: VectorReading, Sendable {
    var name: String
    var dimensions: Int
    var base: [Float]
    var queries: [Float]

    var count: Int { base.count / dimensions }
    var queryCount: Int { queries.count / dimensions }

    init(name: String, dimensions: Int, base: [Float], queries: [Float]) {
        self.name = name
        self.dimensions = dimensions
        self.base = base
        self.queries = queries
    }

    /// `base` and `queries` of a folder, each as `.f32.npy` or `.f16.npy`.
    init(folder: String, limit: Int, queryLimit: Int) throws {
        let base = try NumPyFile(folder: folder, name: "base")
        let queries = try NumPyFile(folder: folder, name: "queries")
        guard base.columns == queries.columns else {
            throw Failure(text: "base has \(base.columns) dimensions, queries have \(queries.columns)")
        }
        self.init(
            name: "real", dimensions: base.columns, base: base.values(rows: limit),
            queries: queries.values(rows: queryLimit))
    }

    /// Writes `base.f32.npy` and `queries.f32.npy`.
    func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try NumPyFile.write(base, columns: dimensions, to: folder + "/base.f32.npy")
        try NumPyFile.write(queries, columns: dimensions, to: folder + "/queries.f32.npy")
    }

    func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool {
        let start = Int(document.number) % count * dimensions
        body(base.span.extracting(start..<start + dimensions))
        return true
    }

    func withQuery<Result>(_ number: Int, _ body: (Span<Float>) throws -> Result) rethrows -> Result {
        try body(queries.span.extracting(number * dimensions..<(number + 1) * dimensions))
    }

    /// Adds documents to an index, which then searches them by scanning.
    func append(_ documents: Range<Int>, to index: VectorIndex) throws {
        for number in documents {
            let start = number % count * dimensions
            try index.append(
                document: DocumentID(UInt32(number)), vector: base.span.extracting(start..<start + dimensions))
        }
    }
}

/// What went wrong, in a sentence.
struct Failure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}
