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
        let size = UInt32(IndexKey.documentsPerSmallChunk)
        for (property, counts) in tokenCounts {
            for (chunk, counts) in Dictionary(grouping: counts, by: { $0.key / size }) {
                run.add(IndexKey.smallChunk(IndexKey.prefix(.tokenCount, property), chunk)) { bytes in
                    for (document, count) in counts.sorted(by: { $0.key < $1.key }) {
                        EditFormat.append(UInt16(document % size), count, to: &bytes)
                    }
                }
            }
        }
    }

    private func addCoordinates(to run: inout PostingRunBuilder) {
        let size = UInt32(IndexKey.documentsPerCoordinateChunk)
        for (property, locations) in coordinates {
            for (chunk, locations) in Dictionary(grouping: locations, by: { $0.key / size }) {
                run.add(IndexKey.smallChunk(IndexKey.prefix(.coordinates, property), chunk)) { bytes in
                    for (document, location) in locations.sorted(by: { $0.key < $1.key }) {
                        EditFormat.append(UInt16(document % size), location, to: &bytes)
                    }
                }
            }
        }
    }

    private func addSlices(to run: inout PostingRunBuilder) {
        let size = UInt32(IndexKey.documentsPerSlicedBlock)
        for (property, changes) in sliced {
            let key = IndexKey.prefix(.bitSlices, property)
            for (block, numbers) in Dictionary(grouping: changes.numbers, by: { $0.key / size }) {
                run.add(IndexKey.smallChunk(key, block)) { bytes in
                    EditFormat.append(width: changes.width, to: &bytes)
                    for (document, number) in numbers.sorted(by: { $0.key < $1.key }) {
                        EditFormat.append(UInt16(document % size), number, width: changes.width, to: &bytes)
                    }
                }
            }
            run.add(key) {
                $0.append(UInt8(changes.width))
                $0.append(littleEndian: Int64(slicedCounts[property] ?? 0))
            }
        }
    }
}
