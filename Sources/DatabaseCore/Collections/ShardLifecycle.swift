// SPDX-License-Identifier: Apache-2.0

/// Where a shard is in its life: events in, what the caller has to do out.
///
///     cold ──enter──> loading ──loaded──> ready ──close──> draining ──leave, of the last user──> drained
///      ^ ^── loadFailed ──┘               │  ^── enter, keepOpen ──┘                                │
///      │                                  └── close, without users ──> closing <── close ───────────┘
///      └───────────────────────────── closed ─────────────────────────────┘
///
/// A cold shard answers everything but vector searches and writes: its objects lie in the storage. Whoever needs its indexes
/// enters, and leaves when it is done; meanwhile the shard stays in memory. One of those who enter loads it, one of those who
/// close it unloads it, and the others wait for that.
///
/// Does nothing by itself: `Shard` holds it under a lock, and tells those who wait after every event that says so.
struct ShardLifecycle: Equatable {
    enum State: Equatable {
        case cold
        case loading
        /// In memory, for so many users.
        case ready(users: Int)
        /// To be taken out of memory as soon as its users have left. Who enters all the same keeps it in memory, since to let
        /// them wait for each other's shards could last forever; whoever closes it decides again.
        case draining(users: Int)
        /// Being taken out of memory.
        case closing
    }

    /// What whoever enters or closes does next.
    enum Step: Equatable {
        /// It has entered and leaves later; or the shard is cold.
        case proceed
        /// It loads, or unloads, and says how that went.
        case work
        /// It waits until it is told, and asks again.
        case wait
    }

    private(set) var state: State

    init(_ state: State = .cold) { self.state = state }

    /// Whether somebody waits for its users to leave.
    var isDraining: Bool {
        if case .draining = state { true } else { false }
    }

    /// Whether the indexes are in memory, whole, and kept up to date.
    var isLoaded: Bool {
        switch state {
        case .ready, .draining: true
        case .cold, .loading, .closing: false
        }
    }

    mutating func enter() -> Step {
        switch state {
        case .cold:
            state = .loading
            return .work
        case .ready(let users):
            state = .ready(users: users + 1)
            return .proceed
        case .draining(let users):
            state = .ready(users: users + 1)
            return .proceed
        case .loading, .closing: return .wait
        }
    }

    /// Whoever loaded is the first user. Those who wait are to be told.
    mutating func loaded() {
        precondition(state == .loading, "a shard is \(state) and cannot have been loaded")
        state = .ready(users: 1)
    }

    /// Those who wait are to be told; one of them tries again.
    mutating func loadFailed() {
        precondition(state == .loading, "a shard is \(state) and cannot have failed to load")
        state = .cold
    }

    /// - Returns: whether those who wait are to be told.
    mutating func leave() -> Bool {
        switch state {
        case .ready(let users) where users > 0:
            state = .ready(users: users - 1)
            return false
        case .draining(let users) where users > 0:
            state = .draining(users: users - 1)
            return users == 1
        default: preconditionFailure("a shard is \(state), and nobody can leave it")
        }
    }

    mutating func close() -> Step {
        switch state {
        case .cold: return .proceed
        case .ready(users: 0), .draining(users: 0):
            state = .closing
            return .work
        case .ready(let users):
            state = .draining(users: users)
            return .wait
        case .loading, .draining, .closing: return .wait
        }
    }

    /// Lets a shard be that was to be closed, for whoever does not want that any more.
    mutating func keepOpen() {
        if case .draining(let users) = state { state = .ready(users: users) }
    }

    /// Those who wait are to be told.
    mutating func closed() {
        precondition(state == .closing, "a shard is \(state) and cannot have been closed")
        state = .cold
    }
}
