// SPDX-License-Identifier: Apache-2.0

internal import DataModel
import Synchronization

/// What a keyword search calculates with, one chunk of 65,536 documents after the other.
struct KeywordScratch {
    var columns = KeywordColumns()
    var bounds = KeywordBounds()
    /// 1,024 words: documents of the chunk that are still to be scored.
    var left = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
    /// Those of them that are scored now.
    var candidates = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
    /// Those that have what the query asks for in some field.
    var found = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
    /// Sums over fields, by lower half of the document number; 0 where nothing was found, and everywhere outside of a call.
    var scores = [Float](repeating: 0, count: IndexKey.documentsPerChunk)
    /// Scores of one field; 0 outside of a call.
    var fieldScores = [Double](repeating: 0, count: IndexKey.documentsPerChunk)
    /// Different tokens of one field; 0 outside of a call.
    var matches = [UInt32](repeating: 0, count: IndexKey.documentsPerChunk)

    mutating func clearFound() {
        for word in found.indices { found[word] = 0 }
    }

    /// Offers what was found with its scores, in ascending order whatever the order of fields, so that what is kept of equal scores does not
    /// hang on it; and clears the scores.
    mutating func offerFound(of chunk: UInt16, to best: inout BestDocuments) {
        for word in found.indices where found[word] != 0 {
            var bits = found[word]
            while bits != 0 {
                let index = word << 6 | bits.trailingZeroBitCount
                bits &= bits - 1
                best.offer(DocumentID(UInt32(chunk) << 16 | UInt32(index)), scores[index])
                scores[index] = 0
            }
        }
    }
}

/// Scratch to be used again: as much as threads search at once, so that a search neither allocates nor clears more than a megabyte.
package final class KeywordScratchPool: Sendable {
    package static let shared = KeywordScratchPool()

    /// More threads than that do not search at once; what comes back beyond is let go.
    private static let idleLimit = 16
    /// What a search of very many words had to have is let go too.
    private static let mostBytes = 4 << 20

    private let idle = Mutex<[KeywordScratch]>([])

    /// Lets go of the scratch that is not in use.
    package func empty() { idle.withLock { $0 = [] } }

    func take() -> KeywordScratch { idle.withLock { $0.popLast() } ?? KeywordScratch() }

    /// - Parameter scratch: as a search left it that threw nothing.
    func giveBack(_ scratch: consuming KeywordScratch) {
        if scratch.columns.byteCount > Self.mostBytes { return }
        let scratch = consume scratch
        idle.withLock { if $0.count < Self.idleLimit { $0.append(scratch) } }
    }
}
