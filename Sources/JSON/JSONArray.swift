// SPDX-License-Identifier: Apache-2.0

/// The elements of an array, in order.
///
/// Numbers, strings, booleans and nulls that were read stay in their text, which is kept as a whole, and are decoded each
/// time they are gone through: an array of a million numbers takes as much memory as an empty one. So go through it once,
/// in order. Other arrays hold their elements.
package struct JSONArray: Sendable {
    private enum Storage: Sendable {
        case elements([JSONValue])
        /// Of `count` scalars.
        case text(CheckedText, count: Int)
    }

    private let storage: Storage

    package init(_ elements: [JSONValue] = []) {
        storage = .elements(elements)
    }

    /// - Parameter text: an array of `count` elements, none of them an array or an object.
    init(scalarsIn text: CheckedText, count: Int) {
        storage = .text(text, count: count)
    }

    package var count: Int {
        switch storage {
        case .elements(let elements): elements.count
        case .text(_, let count): count
        }
    }

    package var isEmpty: Bool { count == 0 }
    package var indices: Range<Int> { 0..<count }
    package var first: JSONValue? { isEmpty ? nil : self[0] }

    /// The element at `index`, which must be one of `indices`.
    ///
    /// - Complexity: linear in `index` where the elements stayed in their text.
    package subscript(index: Int) -> JSONValue {
        precondition(indices.contains(index), "index \(index) lies outside of \(count) elements")
        if case .elements(let elements) = storage { return elements[index] }
        var iterator = makeIterator()
        for _ in 0..<index { iterator.skip() }
        guard let element = iterator.next() else { preconditionFailure("an array ends before its count") }
        return element
    }
}

extension JSONArray: Sequence {
    package struct Iterator: IteratorProtocol {
        fileprivate enum Source {
            case elements(IndexingIterator<[JSONValue]>)
            case text(JSONReader)
            case end
        }

        fileprivate var source: Source

        package mutating func next() -> JSONValue? {
            switch source {
            case .elements(var elements):
                // The source lets go of the iterator before it moves on, or each step would copy it.
                source = .end
                let element = elements.next()
                source = .elements(elements)
                return element
            case .text(var reader):
                source = .end
                let element = CheckedText.decoding { () throws(JSONError) in
                    try reader.nextElement() ? try reader.readValue() : nil
                }
                if element != nil { source = .text(reader) }
                return element
            case .end: return nil
            }
        }

        /// Passes over an element of a text.
        fileprivate mutating func skip() {
            guard case .text(var reader) = source else { return }
            CheckedText.decoding { () throws(JSONError) in if try reader.nextElement() { try reader.skipValue() } }
            source = .text(reader)
        }
    }

    package func makeIterator() -> Iterator {
        switch storage {
        case .elements(let elements): Iterator(source: .elements(elements.makeIterator()))
        case .text(let text, _): Iterator(source: .text(text.arrayReader))
        }
    }

    package var underestimatedCount: Int { count }
}

extension JSONArray: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.elementsEqual(right)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for element in self { hasher.combine(element) }
    }
}

/// A value in a text that was found to be well-formed, so that decoding it cannot fail.
struct CheckedText: Sendable {
    let bytes: [UInt8]
    /// Where the value begins.
    let start: Int

    var reader: JSONReader { JSONReader(bytes, from: start, depthLimit: JSONReader.greatestDepthLimit) }

    /// A reader that has entered the array.
    var arrayReader: JSONReader {
        var reader = reader
        Self.decoding { () throws(JSONError) in try reader.beginArray() }
        return reader
    }

    @discardableResult
    static func decoding<Value>(_ body: () throws(JSONError) -> Value) -> Value {
        do throws(JSONError) {
            return try body()
        } catch {
            preconditionFailure("a text that was well-formed is not any more: \(error.message)")
        }
    }
}
