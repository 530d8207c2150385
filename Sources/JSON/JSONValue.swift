// SPDX-License-Identifier: Apache-2.0

/// A JSON document as a tree (RFC 8259).
package enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A number as it was written, and its value.
package struct JSONNumber: Hashable, Sendable {
    /// The literal as it stood in the text, e.g. `1.0`, `1e3`, `-0`.
    package var literal: String
    /// The nearest float64; never NaN or infinite.
    package var value: Double

    package init(literal: String, value: Double) {
        self.literal = literal
        self.value = value
    }

    package init(_ value: Int) {
        self.init(literal: String(value), value: Double(value))
    }
}

/// The members of an object, in the order they were written.
///
/// Look-up is linear for few members and through an index for many. A name written twice keeps its last value, as Go's decoder does.
package struct JSONObject: Hashable, Sendable {
    package private(set) var members: [Member] = []

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue
    }

    package init() {}

    package init(_ members: [(String, JSONValue)]) {
        for (name, value) in members { self[name] = value }
    }

    /// The value of member `name`; setting it to `nil` removes the member.
    package subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let place = members.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}
