// SPDX-License-Identifier: Apache-2.0

/// Finds the names that a misspelled one may have meant, as graphql-go does.
enum Suggestions {
    private static let longestName = 64
    private static let mostOptions = 4_000

    /// ` Did you mean "a", "b", or "c"?`, or nothing: at most five names within half a length of edits.
    static func text(for name: String, among options: some Collection<String>) -> String {
        guard name.utf8.count <= longestName, options.count <= mostOptions else { return "" }
        let input = Array(name.utf8)
        var near: [(option: String, distance: Int)] = []
        for option in options where option.utf8.count <= longestName {
            let distance = editDistance(input, Array(option.utf8))
            if distance <= max(input.count / 2, option.utf8.count / 2, 1) { near.append((option, distance)) }
        }
        let names = near.sorted { ($0.distance, $0.option) < ($1.distance, $1.option) }.prefix(5)
            .map { "\"\($0.option)\"" }
        switch names.count {
        case 0: return ""
        case 1, 2: return " Did you mean \(names.joined(separator: " or "))?"
        default:
            return " Did you mean \(names.dropLast().joined(separator: ", ")), or \(names[names.count - 1])?"
        }
    }

    /// Levenshtein's distance in bytes.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for i in left.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for k in right.indices {
                let cost = left[i] == right[k] ? diagonal : diagonal + 1
                diagonal = row[k + 1]
                row[k + 1] = min(cost, row[k] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
