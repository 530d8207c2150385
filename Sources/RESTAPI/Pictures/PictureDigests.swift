// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization

/// The digests of stored pictures that were asked for, so that tags and thumbnails need not read and hash the picture again.
///
/// An object that is changed has another time of its last change, and with it another place. What changed less than a second
/// ago is not kept, since it could change again within the same millisecond. Holds at most `limit`; those that were not asked
/// for longest go.
final class PictureDigests: Sendable {
    /// A property of an object as it was at one time.
    struct Place: Hashable, Sendable {
        var collection: String
        var tenant: String?
        var id: ObjectID
        var property: String
        /// Milliseconds since 1970.
        var updateTime: Int64
    }

    /// What was asked for since half the limit was last reached, and before.
    private struct State {
        var young: [Place: [UInt8]] = [:]
        var old: [Place: [UInt8]] = [:]
    }

    private static let settlingMilliseconds: Int64 = 1_000

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = 65_536) { self.limit = limit }

    /// 32 bytes; `nil` if it is not known.
    func digest(of place: Place) -> [UInt8]? {
        state.withLock { state in
            if let digest = state.young[place] { return digest }
            guard let digest = state.old.removeValue(forKey: place) else { return nil }
            keep(digest, place, &state)
            return digest
        }
    }

    /// - Parameter now: milliseconds since 1970.
    func note(_ digest: [UInt8], of place: Place, now: Int64) {
        guard Self.isSettled(place.updateTime, now: now) else { return }
        state.withLock { keep(digest, place, &$0) }
    }

    /// Whether what was last changed at this time cannot change again without another time.
    static func isSettled(_ updateTime: Int64, now: Int64) -> Bool { updateTime <= now - settlingMilliseconds }

    private func keep(_ digest: [UInt8], _ place: Place, _ state: inout State) {
        if state.young.count >= limit / 2 { (state.old, state.young) = (state.young, [:]) }
        state.young[place] = digest
    }

    /// How many it holds.
    var count: Int { state.withLock { $0.young.count + $0.old.count } }
}
