// SPDX-License-Identifier: Apache-2.0

/// How many of the first values to keep so that the list ends before its `jumps`-th jump.
///
/// Values and their positions are scaled to 0...1; a jump stands where value − position has a strict local maximum. The
/// first value is none; the last is one only if it lies above its two predecessors.
///
/// - Parameter values: distances ascending, or scores descending.
/// - Returns: `values.count` where there are fewer jumps, or `jumps` is 0 or less.
/// - Complexity: O(n).
func autocutCount(of values: [Float], jumps: Int) -> Int {
    guard jumps > 0, values.count > 1, let first = values.first, let last = values.last, first != last else {
        return values.count
    }
    let step = 1 / Float(values.count - 1)
    let heights = values.enumerated().map { position, value in
        (value - first) / (last - first) - Float(position) * step
    }
    var seen = 0
    for position in 1..<heights.count {
        let before = heights[position] > heights[position - 1]
        let isPeak =
            position == heights.count - 1
            ? position >= 2 && before && heights[position] > heights[position - 2]
            : before && heights[position] > heights[position + 1]
        guard isPeak else { continue }
        seen += 1
        if seen == jumps { return position }
    }
    return values.count
}
