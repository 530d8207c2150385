// SPDX-License-Identifier: Apache-2.0

/// The members of an object, in the order they were written.
///
/// A name written twice keeps its first position and its last value, as Go's decoder does. Names are equal when their
/// bytes are.
///
/// An object that was read with `JSONReader.readDeferredObject` stays in its text, which is kept as a whole, and takes no
/// memory beyond it: each use of `members`, `count` or the subscript decodes it again, and changing it decodes it for good.
/// In others look-up is linear for up to 8 members and through an index for more; removing a member is linear.
package struct JSONObject: Sendable {
    /// A name and what stands under it.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package static func == (left: Self, right: Self) -> Bool {
            left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
        }

        package func hash(into hasher: inout Hasher) {
            ExactName(name).hash(into: &hasher)
            value.hash(into: &hasher)
        }
    }

    private enum Storage: Sendable {
        case table(MemberTable)
        case text(CheckedText)
    }

    private var storage: Storage

    package init() {
        storage = .table(MemberTable())
    }

    package init(_ members: [(String, JSONValue)]) {
        var table = MemberTable()
        for (name, value) in members { table[name] = value }
        storage = .table(table)
    }

    /// The object in `text`, decoded when it is asked for.
    init(deferred text: CheckedText) {
        storage = .text(text)
    }

    init(_ table: MemberTable) {
        storage = .table(table)
    }

    /// - Complexity: O(1), or linear in its text for an object that stayed there.
    package var members: [Member] { table.members }
    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    /// The value of member `name`; setting it to `nil` removes the member.
    package subscript(name: String) -> JSONValue? {
        get { table[name] }
        set {
            var table = table
            // Held once while it changes, or the change would copy it.
            storage = .table(MemberTable())
            table[name] = newValue
            storage = .table(table)
        }
    }

    private var table: MemberTable {
        switch storage {
        case .table(let table): return table
        case .text(let text):
            var reader = text.reader
            return CheckedText.decoding { () throws(JSONError) in try reader.readMembers() }
        }
    }

    /// Whether the invariants hold.
    package func checkInvariants() -> Bool { table.checkInvariants() }
}

/// Members and an index over their names.
///
/// Invariants:
/// 1. no two members have the same name;
/// 2. `positions` is empty up to 8 members; beyond that it gives every name its position.
struct MemberTable: Sendable {
    private static let longestWithoutIndex = 8

    private(set) var members: [JSONObject.Member] = []
    private var positions: [ExactName: Int] = [:]

    subscript(name: String) -> JSONValue? {
        get { position(of: name).map { members[$0].value } }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    private func position(of name: String) -> Int? {
        if members.count > Self.longestWithoutIndex { return positions[ExactName(name)] }
        return members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    private mutating func append(_ name: String, _ value: JSONValue) {
        members.append(JSONObject.Member(name: name, value: value))
        if members.count == Self.longestWithoutIndex + 1 {
            index()
        } else if members.count > Self.longestWithoutIndex {
            positions[ExactName(name)] = members.count - 1
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        index()
    }

    private mutating func index() {
        positions.removeAll()
        guard members.count > Self.longestWithoutIndex else { return }
        positions.reserveCapacity(members.count)
        for (position, member) in members.enumerated() { positions[ExactName(member.name)] = position }
    }

    func checkInvariants() -> Bool {
        let expected = members.count > Self.longestWithoutIndex ? members.count : 0
        return positions.count == expected && Set(members.map { ExactName($0.name) }).count == members.count
            && positions.allSatisfy { name, position in ExactName(members[position].name) == name }
    }
}

extension JSONObject: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.members == right.members }

    package func hash(into hasher: inout Hasher) { hasher.combine(members) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}

/// A name compared by its bytes; `String` compares by canonical equivalence.
struct ExactName: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { bytes in
            // Safety: the bytes are only read while the closure runs.
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
        hasher.combine(UInt8(0xFF))
    }
}
