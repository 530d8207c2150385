// SPDX-License-Identifier: Apache-2.0

/// The members of an object, in the order they were written.
///
/// A name written twice keeps its first place and its last value, as Go's decoder does. Names are equal when their
/// bytes are.
///
/// Look-up is linear for up to 8 members and through an index for more; removing a member is linear.
///
/// Invariants:
/// 1. no two members have the same name;
/// 2. `places` is empty up to 8 members; beyond that it gives every name its place.
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

    private static let longestWithoutIndex = 8

    package private(set) var members: [Member] = []
    private var places: [ExactName: Int] = [:]

    package init() {}

    package init(_ members: [(String, JSONValue)]) {
        for (name, value) in members { self[name] = value }
    }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }

    /// The value of member `name`; setting it to `nil` removes the member.
    package subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            switch (place(of: name), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    private func place(of name: String) -> Int? {
        if members.count > Self.longestWithoutIndex { return places[ExactName(name)] }
        return members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    private mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Member(name: name, value: value))
        if members.count == Self.longestWithoutIndex + 1 {
            index()
        } else if members.count > Self.longestWithoutIndex {
            places[ExactName(name)] = members.count - 1
        }
    }

    private mutating func remove(at place: Int) {
        members.remove(at: place)
        index()
    }

    private mutating func index() {
        places.removeAll()
        guard members.count > Self.longestWithoutIndex else { return }
        places.reserveCapacity(members.count)
        for (place, member) in members.enumerated() { places[ExactName(member.name)] = place }
    }

    /// Whether the invariants hold.
    package func checkInvariants() -> Bool {
        let expected = members.count > Self.longestWithoutIndex ? members.count : 0
        return places.count == expected && Set(members.map { ExactName($0.name) }).count == members.count
            && places.allSatisfy { name, place in ExactName(members[place].name) == name }
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
