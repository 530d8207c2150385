// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ProcessMemory

private let mebibyte = 1 << 20
private let gibibyte = 1 << 30

struct MemoryPlanTests {
    @Test(arguments: [64 << 20, 100_000_000, 160 << 20, 480 << 20, 1 << 30, 5 << 30, 1 << 40])
    func `the marks lie in order below every limit`(limit: Int) {
        let plan = MemoryPlan(limitInBytes: limit)
        #expect(plan.full < limit)
        #expect(plan.fullEnd < plan.full)
        #expect(plan.tight < plan.fullEnd)
        #expect(plan.tightEnd < plan.tight && plan.tightEnd > limit / 2)
    }

    @Test func `a large limit is tight at 85 percent and full at 95`() {
        let plan = MemoryPlan(limitInBytes: 10_000 * mebibyte)
        #expect(plan.tightEnd == 8_000 * mebibyte && plan.tight == 8_500 * mebibyte)
        #expect(plan.fullEnd == 9_000 * mebibyte && plan.full == 9_500 * mebibyte)
    }

    @Test(arguments: [(64, 8), (128, 16), (160, 20), (192, 24), (480, 24), (1_000, 50)])
    func `a small limit leaves more room for what is under way`(limit: Int, room: Int) {
        let plan = MemoryPlan(limitInBytes: limit * mebibyte)
        #expect(limit * mebibyte - plan.full == room * mebibyte)
    }

    @Test func `parts get what they ask for where the limit is large, and their share where it is not`() {
        let large = MemoryPlan(limitInBytes: 4 * gibibyte)
        #expect(large.requestBytes(atMost: gibibyte) == gibibyte)
        #expect(large.pictureBytes(atMost: 128 * mebibyte) == 128 * mebibyte)
        #expect(large.queuedBytes(atMost: 512 * mebibyte) == 512 * mebibyte)
        #expect(large.runBytes(atMost: 4 * mebibyte) == 4 * mebibyte)
        let small = MemoryPlan(limitInBytes: 160 * mebibyte)
        #expect(small.requestBytes(atMost: gibibyte) == 40 * mebibyte)
        #expect(small.requestBytes(atMost: mebibyte) == mebibyte)
        #expect(small.pictureBytes(atMost: 128 * mebibyte) == 20 * mebibyte)
        #expect(small.queuedBytes(atMost: 512 * mebibyte) == 20 * mebibyte)
        #expect(small.runBytes(atMost: 4 * mebibyte) == 5 * mebibyte / 2)
    }

    @Test func `decoders of pictures get 16 MiB at least`() {
        #expect(MemoryPlan(limitInBytes: 64 * mebibyte).pictureBytes(atMost: gibibyte) == 16 * mebibyte)
    }

    @Test func `a machine of 5 GiB leaves a GiB to requests by itself`() {
        let plan = MemoryPlan(limitInBytes: MemoryPlan.automaticLimit(ofGranted: 5 * gibibyte))
        #expect(plan.limitInBytes == 4 * gibibyte && plan.requestBytes(atMost: gibibyte) == gibibyte)
        #expect(MemoryPlan.automaticLimit(ofGranted: 1) == MemoryPlan.smallestLimit)
    }
}

struct MemoryLevelTests {
    private let plan = MemoryPlan(limitInBytes: 1_000 * mebibyte)

    /// The levels after each of these looks, in mebibytes.
    private func levels(_ looks: Int...) -> [MemoryLevel] {
        var level = MemoryLevel.normal
        return looks.map { held in
            level = level.next(held: held * mebibyte, plan: plan)
            return level
        }
    }

    @Test func `a level begins at its mark and ends below another one`() {
        #expect(
            levels(849, 850, 800, 799, 949, 950, 900, 899, 950, 799)
                == [.normal, .tight, .tight, .normal, .tight, .full, .full, .tight, .full, .normal])
    }

    @Test func `memory that swings between two marks changes no level`() {
        #expect(Set(levels(850, 849, 801, 849, 801)) == [.tight])
        #expect(Set(levels(950, 949, 901, 949, 901)) == [.full])
    }
}

struct MemoryFiguresTests {
    @Test func `what is in memory and what is swapped out counts, mapped files do not`() {
        let text = "VmRSS:\t  900 kB\nRssAnon:\t     300 kB\nRssFile:\t     600 kB\nVmSwap:\t      50 kB\n"
        #expect(MemoryFigures.heldBytes(inStatus: text) == 350 << 10)
        #expect(MemoryFigures.heldBytes(inStatus: "VmRSS:\t  900 kB\n") == nil)
        #expect(MemoryFigures.heldBytes(inStatus: "") == nil)
    }

    @Test func `this process holds something, and is granted more`() throws {
        let held = try #require(MemoryFigures.heldBytes())
        #expect(held > 1 << 20 && held < MemoryFigures.grantedBytes())
    }

    @Test func `the least limit of the groups above counts, of both versions`() {
        let files = [
            "/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "300\n",
            "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "200\n",
        ]
        #expect(MemoryFigures.groupLimit(groups: "0::/a/b\n") { files[$0] } == 300)
        #expect(MemoryFigures.groupLimit(groups: "0::/\n") { files[$0] } == nil)
        #expect(MemoryFigures.groupLimit(groups: "4:cpu:/docker\n5:memory:/docker/x\n") { files[$0] } == 200)
        #expect(MemoryFigures.groupLimit(groups: "") { files[$0] } == nil)
    }
}
