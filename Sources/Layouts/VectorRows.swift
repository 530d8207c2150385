// SPDX-License-Identifier: Apache-2.0

/// The vectors that a layout is made of, read as often as they are needed rather than kept in memory.
package protocol VectorRows: Sendable {
    var count: Int { get }
    /// At least 1.
    var dimensions: Int { get }

    /// Some rows one after the other, shape [range.count, dimensions]; every call gives the same numbers. May block.
    func rows(_ range: Range<Int>) async throws -> [Float]
}

/// Rows that are in memory.
package struct VectorTable: VectorRows {
    package let dimensions: Int
    private let numbers: [Float]

    /// - Parameter numbers: shape [n, dimensions].
    package init(_ numbers: [Float], dimensions: Int) {
        precondition(
            dimensions > 0 && numbers.count.isMultiple(of: dimensions), "\(numbers.count) numbers, \(dimensions) a row")
        self.numbers = numbers
        self.dimensions = dimensions
    }

    package var count: Int { numbers.count / dimensions }

    package func rows(_ range: Range<Int>) -> [Float] {
        Array(numbers[range.lowerBound * dimensions..<range.upperBound * dimensions])
    }
}

/// Carries out `body` for 0..<count side by side, on whatever the task prefers to run on; results are in order.
func inParallel<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
    if count == 1 { return [try await body(0)] }
    return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        for index in 0..<count { group.addTask { (index, try await body(index)) } }
        var results = [Result?](repeating: nil, count: count)
        for try await (index, result) in group { results[index] = result }
        return results.compactMap { $0 }
    }
}

/// Cuts 0..<count into pieces for threads; what is worked out in them is independent of how many there are.
func pieces(of count: Int, leastSize: Int = 256, most: Int = 8) -> [Range<Int>] {
    let number = max(1, min(most, count / leastSize))
    return (0..<number).map { count * $0 / number..<count * ($0 + 1) / number }
}
