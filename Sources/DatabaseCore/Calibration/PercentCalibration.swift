// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import RandomNumbers
import Synchronization
import VectorIndexes

/// The `PercentScale` of one vector index: made when it is first asked for, and again in the background when a tenth of the
/// vectors has changed since.
///
/// It lives in memory alone, since it takes a few milliseconds to make.
final class PercentCalibration: Sendable {
    private struct State {
        var scale: PercentScale?
        /// Whether anybody has asked for it yet.
        var isWanted = false
        /// Vectors that came or went since it was made.
        var changes = 0
    }

    private let state = Mutex(State())

    /// To be called when a vector came or went. O(1).
    func noteChange() { state.withLock { $0.changes += 1 } }

    /// Whether it is in use and so much has changed that it should be made again. O(1).
    ///
    /// - Parameter count: how many vectors there are.
    func isStale(count: Int) -> Bool {
        state.withLock { $0.isWanted && $0.changes > max(1, count / 10) }
    }

    /// The scale, made now if there is none yet.
    ///
    /// - Returns: `nil` for fewer than two vectors.
    func scale(of index: VectorIndex, vectors: VectorReader) throws -> PercentScale? {
        let known = state.withLock { state in
            state.isWanted = true
            return state.scale
        }
        return try known ?? refresh(index, vectors: vectors)
    }

    /// Makes the scale from what is stored now. Takes a few milliseconds.
    @discardableResult func refresh(_ index: VectorIndex, vectors: VectorReader) throws -> PercentScale? {
        let changes = state.withLock { $0.changes }
        let scale = try PercentScale(of: Self.sample(of: index, vectors), metric: index.configuration.metric)
        state.withLock { state in
            state.scale = scale
            state.changes -= changes
        }
        return scale
    }

    /// Up to `PercentScale.sampleSize` vectors, drawn evenly and mixed; the same ones of the same documents.
    private static func sample(of index: VectorIndex, _ vectors: VectorReader) throws -> [[Float]] {
        var generator = SplitMix64(seed: 0x70_65_72_63)
        let documents = index.documents()
        let count = index.liveCount
        var chosen: [DocumentID] = []
        var seen = 0
        // Selection sampling (Knuth, algorithm S): each document with the chance that what is left leaves it.
        documents.forEach { document in
            let wanted = PercentScale.sampleSize - chosen.count
            let left = max(1, count - seen)
            seen += 1
            if wanted > 0, Int(generator.next() % UInt64(left)) < wanted { chosen.append(document) }
        }
        var sample: [[Float]] = []
        for document in chosen {
            _ = try vectors.withVector(of: document) { vector in
                if vector.count == index.dimensions { sample.append(vector.indices.map { vector[$0] }) }
            }
        }
        sample.shuffle(using: &generator)
        return sample
    }
}
