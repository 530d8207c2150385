// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What can go wrong in a vector index.
package enum VectorIndexError: Error, Hashable {
    case dimensionMismatch(expected: Int, received: Int)
    case dimensionsOutOfRange(received: Int, maximum: Int)
    case duplicateDocument(DocumentID)
    /// All slots of the index, or the memory of the machine, are used up.
    case tooManyVectors(count: Int)
    case cancelled
    /// A stored segment is not what was written; the index has to be built again from the vectors.
    case damagedSegment(SegmentName, reason: String)

    /// What is wrong, with the values.
    package var message: String {
        switch self {
        case .dimensionMismatch(let expected, let received):
            "the vector has \(received) dimensions, the index \(expected)"
        case .dimensionsOutOfRange(let received, let maximum):
            "a vector of \(received) dimensions cannot be indexed; 1 to \(maximum) are possible"
        case .duplicateDocument(let document):
            "document \(document.number) is in the index already"
        case .tooManyVectors(let count):
            "the index holds \(count) vectors and can take no more"
        case .cancelled:
            "the search was cancelled"
        case .damagedSegment(let name, let reason):
            "segment \(name) of the vector index is damaged: \(reason)"
        }
    }
}
