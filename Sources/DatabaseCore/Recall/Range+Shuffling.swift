// SPDX-License-Identifier: Apache-2.0

extension Range<Int> {
    /// The first `count` of the range's numbers in a random order.
    ///
    /// - Complexity: O(count) time and memory beside the range (a shuffle of which only the moved indices are kept).
    func shuffledPrefix(_ count: Int, using generator: inout some RandomNumberGenerator) -> [Int] {
        var moved: [Int: Int] = [:]
        return (lowerBound..<Swift.min(lowerBound + count, upperBound)).map { target in
            let other = Int.random(in: target..<upperBound, using: &generator)
            let chosen = moved[other] ?? other
            moved[other] = moved[target] ?? target
            return chosen
        }
    }
}
