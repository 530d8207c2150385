// SPDX-License-Identifier: Apache-2.0

/// What each part of the server may take of the memory limit, and from where on it is tight or full.
///
///     requests 1/4 │ pictures 1/8 │ waiting writes 1/8 │ vector indexes, network and program: the rest
///
/// Settings of the parts that ask for less stay as they are.
package struct MemoryPlan: Hashable, Sendable {
    /// With less the program has hardly begun.
    package static let smallestLimit = 64 << 20

    package let limitInBytes: Int

    /// - Parameter limitInBytes: at least `smallestLimit`.
    package init(limitInBytes: Int) {
        precondition(limitInBytes >= Self.smallestLimit, "a memory limit of \(limitInBytes) bytes")
        self.limitInBytes = limitInBytes
    }

    /// The limit where none is set: four fifths of what the process may have, since the system and other programs want some.
    package static func automaticLimit(ofGranted granted: Int) -> Int { max(granted / 5 * 4, smallestLimit) }

    // MARK: Parts

    /// For bodies of requests and what is decoded from them.
    package func requestBytes(atMost most: Int) -> Int { min(most, limitInBytes / 4) }

    /// What requests may take in any case, so that searches and removals go on where memory is full.
    package var leastRequestBytes: Int { limitInBytes / 32 }

    /// For decoding pictures.
    package func pictureBytes(atMost most: Int) -> Int { min(most, max(16 << 20, limitInBytes / 8)) }

    /// For writes that wait for the writer.
    package func queuedBytes(atMost most: Int) -> Int { min(most, limitInBytes / 8) }

    /// For runs of edits of the inverted indexes of a shard: when they are brought into the tree they are in memory.
    package func runBytes(atMost most: Int) -> Int { min(most, limitInBytes / 64) }

    // MARK: Levels

    /// What is left of the limit when memory counts as full: what is under way may still take it. A twentieth, but with small limits
    /// up to 24 MiB.
    private var reserve: Int { max(limitInBytes / 20, min(24 << 20, limitInBytes / 8)) }

    /// How far the marks lie apart.
    private var step: Int { limitInBytes / 20 }

    /// From here on memory is full: 95 %, or less with a small limit.
    package var full: Int { limitInBytes - reserve }
    /// Below this it is no longer full.
    package var fullEnd: Int { full - step }
    /// From here on memory is tight: 85 %, or less with a small limit.
    package var tight: Int { full - 2 * step }
    /// Below this it is no longer tight.
    package var tightEnd: Int { full - 3 * step }
}
