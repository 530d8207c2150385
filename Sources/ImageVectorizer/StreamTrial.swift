// SPDX-License-Identifier: Apache-2.0

/// Finds out, while pictures go through, which way of running the network takes more of them in a second: all threads on one
/// picture after another, or a picture a thread.
///
///     single ─24 pictures─> per core ─24 pictures─> single … ──seven times each──> decided
///
/// Which is faster differs between processors by 0.9 to 2 times, and with what else the machine does. Only times with a full
/// queue count: a window in which it ran empty is begun again. The first pictures after a change belong to both ways and are
/// not counted.
struct StreamTrial: Sendable {
    enum Way: String, Sendable {
        /// One stream of all threads.
        case single
        /// A stream of one thread for each thread.
        case perCore
    }

    /// What is known so far: the way that pictures should take, and whether it is the last word.
    private(set) var way = Way.single
    private(set) var isDecided = false

    /// Those that waited for the other way when it was changed still take it, beside the first ones of the new.
    private static let skipped = 16
    private static let counted = 24
    private static let windowsPerWay = 7
    /// How much slower many streams may seem and still be taken: changes of ways cost them more than one stream, so where they
    /// gained 8 % for good, they seemed up to 3 % slower in turns.
    private static let tolerance = 0.95

    private var finished = 0
    private var start: ContinuousClock.Instant?
    private var times: [Way: [Duration]] = [.single: [], .perCore: []]

    init() {}

    /// One that was decided beforehand.
    init(decided way: Way) {
        self.way = way
        isDecided = true
    }

    /// Notes that a picture has come out of the network.
    ///
    /// - Parameters:
    ///   - way: the one it took.
    ///   - isFull: whether enough others are on their way to keep all threads busy.
    mutating func note(_ way: Way, isFull: Bool, now: ContinuousClock.Instant) {
        guard !isDecided, way == self.way else { return }
        guard isFull else {
            finished = 0
            start = nil
            return
        }
        finished += 1
        if finished == Self.skipped { start = now }
        guard finished == Self.skipped + Self.counted, let start else { return }
        times[way]?.append(now - start)
        finished = 0
        self.start = nil
        self.way = way == .single ? .perCore : .single
        decide()
    }

    private mutating func decide() {
        guard let single = times[.single], let many = times[.perCore], single.count >= Self.windowsPerWay,
            many.count >= Self.windowsPerWay
        else { return }
        isDecided = true
        way = Self.typical(single) > Self.typical(many) * Self.tolerance ? .perCore : .single
    }

    /// The mean without the shortest and the longest: what the machine did besides is in few of them.
    private static func typical(_ durations: [Duration]) -> Duration {
        let middle = durations.sorted().dropFirst().dropLast()
        return middle.reduce(.zero, +) / middle.count
    }
}
