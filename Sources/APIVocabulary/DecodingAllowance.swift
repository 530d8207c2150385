// SPDX-License-Identifier: Apache-2.0

import Execution
import JSON

/// The memory that decoding one request may take: at most six times its body, counted against what all requests may take
/// together.
///
/// Decoders charge what they are about to keep. Charges are never given back one by one: the transport gives back all that
/// a request holds when it is answered.
package struct DecodingAllowance: Sendable {
    /// How many times the size of its body a request may take, the body included.
    package static let timesBodySize = 6
    /// What any request may take, however small its body is.
    package static let leastLimitInBytes = 128 << 20

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
                    + "\(DecodingAllowance.timesBodySize) times its size; send fewer values at a time"
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
        limitInBytes = max(Self.leastLimitInBytes, Self.timesBodySize * bodyByteCount)
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

    /// Measured on batches of objects with many small values, rounded up: a value in a tree or of a property is a box of
    /// its own, a member has its name beside it, text is copied into the record and the transaction.
    static func bytes(for tally: JSONTally) -> Int {
        64 * tally.scalars + 48 * tally.members + 96 * tally.containers + 2 * tally.textBytes
    }
}
