// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ImageVectorizer

struct StreamTrialTests {
    /// A machine on which a picture takes so long on each way.
    private func decision(single: Duration, perCore: Duration) -> StreamTrial {
        var trial = StreamTrial()
        var now = ContinuousClock.now
        for _ in 0..<1_000 where !trial.isDecided {
            now += trial.way == .single ? single : perCore
            trial.note(trial.way, isFull: true, now: now)
        }
        return trial
    }

    @Test func `the way that takes more pictures in a second is chosen`() {
        #expect(decision(single: .milliseconds(20), perCore: .milliseconds(12)).way == .perCore)
        #expect(decision(single: .milliseconds(20), perCore: .milliseconds(25)).way == .single)
    }

    @Test func `what seems equal goes to many streams, which the trial itself slows down`() {
        let trial = decision(single: .milliseconds(100), perCore: .milliseconds(102))
        #expect(trial.isDecided && trial.way == .perCore)
    }

    @Test func `times in which the queue ran empty do not count`() {
        var trial = StreamTrial()
        var now = ContinuousClock.now
        // Now and then somebody waits for pictures that do not come.
        for number in 0..<5_000 {
            now += .milliseconds(1)
            trial.note(trial.way, isFull: number % 20 != 0, now: now)
        }
        #expect(!trial.isDecided && trial.way == .single)
    }

    @Test func `pictures that are still on the other way do not count`() {
        var trial = StreamTrial()
        for _ in 0..<1_000 { trial.note(.perCore, isFull: true, now: .now) }
        #expect(trial.way == .single && !trial.isDecided)
    }

    @Test func `one slow window does not decide`() {
        var trial = StreamTrial()
        var now = ContinuousClock.now
        var count = 0
        while !trial.isDecided {
            count += 1
            // The machine did something else during the first window.
            now += trial.way == .single ? .milliseconds(count < 30 ? 500 : 10) : .milliseconds(15)
            trial.note(trial.way, isFull: true, now: now)
        }
        #expect(trial.way == .single)
    }
}
