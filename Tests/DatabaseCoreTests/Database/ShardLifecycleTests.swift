// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DatabaseCore

@Suite struct ShardLifecycleTests {
    private var life = ShardLifecycle()

    @Test mutating func `the first to enter a cold shard loads it, the others wait and then proceed`() {
        #expect(life.enter() == .work)
        #expect(!life.isLoaded)
        #expect(life.enter() == .wait)
        life.loaded()
        #expect(life.isLoaded)
        #expect(life.enter() == .proceed)
        #expect(life.state == .ready(users: 2))
    }

    @Test mutating func `when loading fails, the next to enter tries again`() {
        #expect(life.enter() == .work)
        life.loadFailed()
        #expect(life.state == .cold)
        #expect(life.enter() == .work)
    }

    @Test mutating func `a cold shard needs no closing`() {
        #expect(life.close() == .proceed)
        #expect(life.state == .cold)
    }

    @Test mutating func `a shard without users is closed at once, and one enters it only when that is done`() {
        life = ShardLifecycle(.ready(users: 0))
        #expect(life.close() == .work)
        #expect(!life.isLoaded)
        #expect(life.enter() == .wait)
        #expect(life.close() == .wait)
        life.closed()
        #expect(life.enter() == .work)
    }

    @Test mutating func `who enters a draining shard keeps it open, until somebody closes it again`() {
        life = ShardLifecycle(.ready(users: 1))
        #expect(life.close() == .wait)
        #expect(life.isDraining)
        #expect(life.enter() == .proceed)
        #expect(life.state == .ready(users: 2))
        #expect(life.close() == .wait)
        #expect(life.leave() == false)
        #expect(life.leave() == true)
        #expect(life.close() == .work)
    }

    @Test mutating func `a draining shard that is not to be closed any more stays as it is`() {
        life = ShardLifecycle(.ready(users: 1))
        #expect(life.close() == .wait)
        life.keepOpen()
        #expect(life.state == .ready(users: 1))
        #expect(life.leave() == false)
        life.keepOpen()
        #expect(life.state == .ready(users: 0))
    }

    @Test mutating func `a shard in use drains, and is closed when the last user has left`() {
        life = ShardLifecycle(.ready(users: 2))
        #expect(life.close() == .wait)
        #expect(life.isLoaded)
        #expect(life.leave() == false)
        #expect(life.close() == .wait)
        #expect(life.leave() == true)
        #expect(life.close() == .work)
        #expect(life.close() == .wait)
        life.closed()
        #expect(life.state == .cold)
    }

    @Test mutating func `a shard that is being loaded is closed after it has been loaded`() {
        #expect(life.enter() == .work)
        #expect(life.close() == .wait)
        life.loaded()
        #expect(life.close() == .wait)
        #expect(life.leave() == true)
        #expect(life.close() == .work)
    }
}
