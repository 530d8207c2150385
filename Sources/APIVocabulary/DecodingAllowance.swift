// SPDX-License-Identifier: Apache-2.0

import Execution
import JSON

/// The memory that one request may take, from decoding to the commit: at most six times its body and 32 MiB, counted against what
/// all requests may take together.
///
/// Decoders charge what they are about to keep. Charges are never given back one by one: the transport gives back all that
/// a request holds when it is answered.
package struct DecodingAllowance: Sendable {
    /// How many times the size of its body a request may take, the body included.
    package static let timesBodySize = 6
    /// What any request may take beyond that, so that a batch of some ten thousand tiny objects is taken: such objects are as
    /// long as thirty bytes, and none takes less than a kilobyte with its answer.
    package static let bytesBesideBody = 32 << 20

    /// Why there is no memory for what was about to be kept.
    package enum Refusal: Error, Equatable {
        /// The request takes too many times its own size. HTTP status 413.
        case outOfProportion(limitInBytes: Int)
        /// All requests together take too much.
        case budget(MemoryBudgetError)

        /// For whoever sent the request.
        package var message: String {
            switch self {
            case .outOfProportion(let limit):
                "what the body holds would take more than \(limit) bytes of memory, more than "
                    + "\(DecodingAllowance.timesBodySize) times its size and \(DecodingAllowance.bytesBesideBody >> 20) MiB; "
                    + "send fewer values at a time"
            case .budget(let error): error.message
            }
        }
    }

    private let memory: MemoryReservation
    private let limitInBytes: Int

    /// - Parameters:
    ///   - memory: what the request holds; its body is counted in it already.
    ///   - bodyByteCount: the size of the body, unpacked.
    package init(_ memory: MemoryReservation, bodyByteCount: Int) {
        self.memory = memory
        limitInBytes = Self.bytesBesideBody + Self.timesBodySize * bodyByteCount
    }

    /// For callers without a transport: nothing is refused.
    package static let unlimited = DecodingAllowance(MemoryReservation(), bodyByteCount: 0)

    /// Counts `byteCount` bytes, or throws and counts nothing.
    package func charge(_ byteCount: Int) throws(Refusal) {
        guard memory.byteCount + byteCount <= limitInBytes else {
            throw .outOfProportion(limitInBytes: limitInBytes)
        }
        do throws(MemoryBudgetError) {
            try memory.grow(by: byteCount)
        } catch {
            throw .budget(error)
        }
    }

    /// Counts what becomes of JSON on its way into the database: a tree, the validated values, the record that is written.
    package func charge(_ tally: JSONTally) throws(Refusal) { try charge(Self.bytes(for: tally)) }

    /// Counts what indexing the words of an object's values will take. `texts` are the values as JSON, but for those that are not
    /// indexed, such as pictures; short ones cost no look.
    package func chargeWords(of texts: [ArraySlice<UInt8>]) throws(Refusal) {
        guard texts.reduce(0, { $0 + $1.count }) >= Self.shortestTextLookedAt else { return }
        var words = DistinctWords()
        for text in texts { words.add(text) }
        try charge(Self.bytesForWord * words.count)
    }

    /// The same for values that did not come as JSON.
    ///
    /// - Parameter textByteCount: of all texts in `object`.
    package func chargeWords(of object: JSONObject, textByteCount: Int) throws(Refusal) {
        guard textByteCount >= Self.shortestTextLookedAt else { return }
        var words = DistinctWords()
        words.add(.object(object))
        try charge(Self.bytesForWord * words.count)
    }

    /// Below it the words of one object take some megabytes at most.
    package static let shortestTextLookedAt = 64 << 10
    /// A term, its key in the batch of postings, and its pages in the transaction; measured.
    private static let bytesForWord = 200

    /// Measured on objects with many small values, rounded up: a value lies in an array of its type, in the record and in the
    /// transaction; a long text is a box of its own several times over; a nested object is a table that grows.
    static func bytes(for tally: JSONTally) -> Int {
        32 * tally.scalars + 40 * tally.texts + 100 * tally.longTexts + 48 * tally.members + 300 * tally.containers
            + 2 * tally.textBytes
    }
}
