// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Synchronization

/// The ways on which pictures go through the network: one stream of all threads, and for a full queue, where that pays, a
/// stream a thread.
///
/// The first is there from the beginning. The second is compiled when the queue is full for the first time, on a thread of its
/// own, while the first goes on; `StreamTrial` compares them by the pictures that come anyway, and if it does not pay it is let
/// go. A picture that is alone takes the first way whatever was decided: it has the whole machine there.
final class InferenceLanes: Sendable {
    /// A compiled network with its requests.
    final class Lane: Sendable {
        let way: StreamTrial.Way
        let network: InferenceNetwork
        let slots: InferenceSlots

        init(
            _ way: StreamTrial.Way, _ network: InferenceNetwork, streams: Int, decoders: Int
        ) throws(ImageVectorizerError) {
            self.way = way
            self.network = network
            // Two for each stream, so that it never waits, and one for each thread that decodes.
            var requests: [InferenceRequest] = []
            for _ in 0..<(2 * streams + decoders) { requests.append(try InferenceRequest(network)) }
            slots = InferenceSlots(requests)
        }
    }

    /// A request that was taken, and where it goes back to.
    struct Turn: Sendable {
        let lane: Lane
        let request: InferenceRequest
    }

    private enum Second {
        /// Nobody has needed it yet.
        case none
        /// With those who wait for the end of that.
        case compiling([CheckedContinuation<Void, Never>])
        case ready(Lane)
        /// It cannot be had, or does not pay.
        case givenUp
    }

    private struct State {
        var trial: StreamTrial
        var second: Second
        /// Pictures that have a turn or wait for one.
        var load = 0
    }

    let first: Lane
    private let state: Mutex<State>
    private let compile: @Sendable () throws(ImageVectorizerError) -> Lane

    /// How many pictures are worth starting at once: as many as the larger lane has room for.
    let width: Int

    /// Compiles the first network. Blocks.
    init(
        streams: InferenceStreams, decoders: Int, threads: Int,
        network: @escaping @Sendable (_ streams: Int) throws(ImageVectorizerError) -> InferenceNetwork
    ) throws(ImageVectorizerError) {
        let few = Self.streams(forThreads: threads)
        first = try Lane(.single, network(few), streams: few, decoders: decoders)
        compile = { () throws(ImageVectorizerError) in
            try Lane(.perCore, network(threads), streams: threads, decoders: decoders)
        }
        let isOne = few == threads || streams == .single
        width = isOne ? first.slots.count : 2 * threads + decoders
        state = Mutex(
            State(
                trial: streams == .auto ? StreamTrial() : StreamTrial(decided: isOne ? .single : .perCore),
                second: isOne ? .givenUp : .none))
    }

    /// Few threads work on one picture at a time: the answer to a single picture is then as fast as it can be.
    static func streams(forThreads threads: Int) -> Int { max(1, threads / 4) }

    /// What was decided; `nil` while that is open.
    var decision: StreamTrial.Way? {
        state.withLock { state in
            if case .givenUp = state.second { return .single }
            return state.trial.isDecided ? state.trial.way : nil
        }
    }

    /// Waits for a request; `giveBack` must follow.
    ///
    /// - Parameter isAlone: whether it is for a picture that somebody waits for, rather than one of many.
    func take(isAlone: Bool) async -> Turn {
        let (lane, compiles) = state.withLock { state in
            state.load += 1
            let isFull = state.load >= first.slots.count
            if case .none = state.second, isFull {
                state.second = .compiling([])
                return (first, true)
            }
            guard case .ready(let second) = state.second, state.trial.way == .perCore, isFull || !isAlone else {
                return (first, false)
            }
            return (second, false)
        }
        if compiles { compileSecond() }
        if isAlone, lane !== first, let request = first.slots.takeIfFree() {
            return Turn(lane: first, request: request)
        }
        return Turn(lane: lane, request: await lane.slots.take())
    }

    func giveBack(_ turn: Turn) {
        turn.lane.slots.giveBack(turn.request)
        let now = ContinuousClock.now
        state.withLock { state in
            let isFull = state.load >= first.slots.count
            state.load -= 1
            guard case .ready = state.second else { return }
            state.trial.note(turn.lane.way, isFull: isFull, now: now)
            // Its requests keep it until they are back.
            if state.trial.isDecided, state.trial.way == .single { state.second = .givenUp }
        }
    }

    private func compileSecond() {
        let thread = Thread { [self] in
            nameThisThread("network")
            let lane = try? compile()
            let waiting: [CheckedContinuation<Void, Never>] = state.withLock { state in
                defer { state.second = lane.map { .ready($0) } ?? .givenUp }
                if lane == nil { state.trial = StreamTrial(decided: .single) }
                if case .compiling(let waiting) = state.second { return waiting }
                return []
            }
            for continuation in waiting { continuation.resume() }
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Suspends while a thread compiles. A process cannot end well while one is in the engine.
    func waitUntilCompiled() async {
        await withCheckedContinuation { continuation in
            let isCompiling = state.withLock { state in
                guard case .compiling(let waiting) = state.second else { return false }
                state.second = .compiling(waiting + [continuation])
                return true
            }
            if !isCompiling { continuation.resume() }
        }
    }
}

/// How many pictures the engine works on at once where many wait.
package enum InferenceStreams: String, CaseIterable, Hashable, Sendable {
    /// What takes more pictures in a second, as the first ones show.
    case auto
    /// One after another, each by all threads.
    case single
    /// One for each thread.
    case perCore = "percore"
}
