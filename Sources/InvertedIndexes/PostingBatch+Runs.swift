// SPDX-License-Identifier: Apache-2.0

internal import DataModel

// Batches as runs.
extension PostingBatch {
    /// Everything collected, as a run; nil if nothing was. The batch stays as it is.
    ///
    /// - Complexity: O(n log n) for n edited entries.
    package func encodedRun() -> [UInt8]? {
        var run = PostingRunBuilder(entryCount: postings.count + frequencies.count + 64)
        addPostings(to: &run)
        addCounts(to: &run)
        addCoordinates(to: &run)
        addSlices(to: &run)
        for (key, text) in longTerms { run.add(key) { $0.append(contentsOf: text) } }
        if documentCount != 0 {
            run.add(IndexKey.prefix(.statistics)) { $0.append(littleEndian: Int64(documentCount)) }
        }
        for (property, change) in statistics where change.documents != 0 || change.tokens != 0 {
            run.add(IndexKey.prefix(.statistics, property)) {
                $0.append(littleEndian: Int64(change.documents))
                $0.append(littleEndian: Int64(change.tokens))
            }
        }
        return run.build()
    }

    private func addPostings(to run: inout PostingRunBuilder) {
        postings.forEachKey { prefix, changes in
            Self.forEachChunk(of: changes, shift: 1, documentsPerChunk: IndexKey.documentsPerChunk) { chunk, changes in
                run.add {
                    $0.append(contentsOf: prefix)
                    $0.append(bigEndian: UInt16(chunk))
                } value: {
                    EditFormat.append(postings: changes, to: &$0)
                }
            }
        }
        let size = IndexKey.documentsPerSmallChunk
        frequencies.forEachKey { prefix, changes in
            Self.forEachChunk(of: changes, shift: 32, documentsPerChunk: size) { chunk, changes in
                run.add(IndexKey.smallChunk(Array(prefix), chunk)) { bytes in
                    for change in changes {
                        let offset = UInt16(Int(change >> 32) % size)
                        EditFormat.append(offset, UInt32(truncatingIfNeeded: change), to: &bytes)
                    }
                }
            }
        }
    }

    private func addCounts(to run: inout PostingRunBuilder) {
        for (property, counts) in tokenCounts {
            Self.add(counts, under: IndexKey.prefix(.tokenCount, property), IndexKey.documentsPerSmallChunk, to: &run) {
                EditFormat.append($0, $1, to: &$2)
            }
        }
    }

    private func addCoordinates(to run: inout PostingRunBuilder) {
        for (property, locations) in coordinates {
            let key = IndexKey.prefix(.coordinates, property)
            Self.add(locations, under: key, IndexKey.documentsPerCoordinateChunk, to: &run) {
                EditFormat.append($0, $1, to: &$2)
            }
        }
    }

    private func addSlices(to run: inout PostingRunBuilder) {
        for (property, changes) in sliced {
            let (key, width) = (IndexKey.prefix(.bitSlices, property), changes.width)
            Self.add(changes.numbers, under: key, IndexKey.documentsPerSlicedBlock, to: &run) { bytes in
                EditFormat.append(width: width, to: &bytes)
            } edit: {
                EditFormat.append($0, $1, width: width, to: &$2)
            }
            run.add(key) {
                $0.append(UInt8(width))
                $0.append(littleEndian: Int64(changes.addedCount))
            }
        }
    }

    /// Adds an entry for each small chunk that has some of the documents.
    ///
    /// - Parameters:
    ///   - size: documents of a chunk.
    ///   - head: appends what stands before the edits of a chunk.
    ///   - edit: appends the edit of one document by its offset in the chunk.
    private static func add<Value>(
        _ values: [UInt32: Value], under prefix: [UInt8], _ size: Int, to run: inout PostingRunBuilder,
        head: (inout [UInt8]) -> Void = { _ in }, edit: (UInt16, Value, inout [UInt8]) -> Void
    ) {
        let size = UInt32(size)
        for (chunk, values) in Dictionary(grouping: values, by: { $0.key / size }) {
            run.add(IndexKey.smallChunk(prefix, chunk)) { bytes in
                head(&bytes)
                for (document, value) in values.sorted(by: { $0.key < $1.key }) {
                    edit(UInt16(document % size), value, &bytes)
                }
            }
        }
    }
}
