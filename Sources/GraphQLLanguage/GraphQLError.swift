// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a request or with one of its fields, and where in the text.
package struct GraphQLError: Error, Hashable, Sendable {
    /// A step from the response's `data` toward the field.
    package enum PathElement: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    /// Up to `longestMessage` bytes and three dots: names in it may be as long as a request.
    package var message: String
    /// Byte offsets in the text; `SourceText.locations(of:)` makes lines and columns of them. May be empty.
    package var offsets: [Int]
    /// Set for errors of execution only.
    package var path: [PathElement]?

    package init(_ message: String, at offsets: [Int] = [], path: [PathElement]? = nil) {
        self.message = Self.shortened(message)
        self.offsets = offsets
        self.path = path
    }

    package init(_ message: String, at offset: Int) {
        self.init(message, at: [offset])
    }

    /// How many bytes of a message are kept. Nothing that is said of names of usual length comes near it.
    static let longestMessage = 5_000

    private static func shortened(_ message: String) -> String {
        guard message.utf8.count > longestMessage else { return message }
        var end = message.utf8.index(message.startIndex, offsetBy: longestMessage)
        // Not within a character.
        while end.samePosition(in: message.unicodeScalars) == nil { end = message.utf8.index(before: end) }
        return String(message[..<end]) + "..."
    }
}

/// How much of a text is taken before it is refused; what is refused says so in a `GraphQLError`.
package struct GraphQLLimits: Hashable, Sendable {
    /// How deep selections, values and types may nest. A level costs about 1 KiB of stack in a debug build.
    package var depth = 100
    /// Operations and fragments of one document.
    package var definitions = 1_000
    /// Fields, arguments, values and other nodes of one document. Lists of numbers count as one.
    package var nodes = 200_000
    /// Numbers in all lists of numbers together.
    package var numbers = 2_000_000
    /// Fields after fragments have been expanded.
    package var collectedFields = 20_000
    /// Bytes of what `__schema` and `__type` answer.
    package var introspectionBytes = 64 << 20
    /// Steps of finding fields with the same key and comparing them.
    package var comparisons = 1_000_000
    /// How many errors of validation are reported.
    package var errors = 50
    /// Bytes of a literal, a name or a line of source that an error repeats.
    package var echoedBytes = 200

    package init() {}
}
