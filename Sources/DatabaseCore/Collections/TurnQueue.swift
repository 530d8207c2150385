// SPDX-License-Identifier: Apache-2.0

/// Elements that several workers work on in turns, round and round, each until it is settled.
///
/// An element keeps its turns until a worker has found nothing to do for it *and* nobody has inserted it again since that
/// worker's turn began, so that what comes in while a worker looks is not lost:
///
///     absent ──insert──> due ──next──> in turn ──settle──> settled ──next (of others)──> absent
///                         ^ └──────────── insert ┴───────────┘
///
/// All operations are O(1), amortized.
///
/// Invariants:
/// 1. `order` from `head` on holds each element once, and `phases` has exactly these elements.
/// 2. `count` of them are not settled.
struct TurnQueue<Element: AnyObject> {
    private enum Phase {
        case due, inTurn, settled
    }

    private var order: [Element] = []
    private var head = 0
    private var phases: [ObjectIdentifier: Phase] = [:]
    /// How many elements have turns.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Gives `element` a turn, behind all others if it had none coming.
    mutating func insert(_ element: Element) {
        let phase = phases.updateValue(.due, forKey: ObjectIdentifier(element))
        if phase == nil { order.append(element) }
        if phase == nil || phase == .settled { count += 1 }
    }

    /// Begins the turn of the element that has waited longest. Its next turn comes behind all others.
    mutating func next() -> Element? {
        guard let element = takeFirst() else { return nil }
        order.append(element)
        phases[ObjectIdentifier(element)] = .inTurn
        return element
    }

    /// Takes out the element that has waited longest.
    mutating func popFirst() -> Element? {
        guard let element = takeFirst() else { return nil }
        phases[ObjectIdentifier(element)] = nil
        count -= 1
        return element
    }

    /// To be called when a turn has found nothing to do: the element has no more turns, unless it was inserted since the
    /// turn began.
    mutating func settle(_ element: Element) {
        guard phases[ObjectIdentifier(element)] == .inTurn else { return }
        phases[ObjectIdentifier(element)] = .settled
        count -= 1
    }

    /// The first element that is not settled, taken out of `order` only. Forgets the settled ones before it.
    private mutating func takeFirst() -> Element? {
        while head < order.count {
            let element = order[head]
            head += 1
            if head >= 32, head * 2 >= order.count {
                order.removeFirst(head)
                head = 0
            }
            if phases[ObjectIdentifier(element)] != .settled { return element }
            phases[ObjectIdentifier(element)] = nil
        }
        return nil
    }
}
