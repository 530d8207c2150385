// SPDX-License-Identifier: Apache-2.0

/// What was asked for on the command line.
struct Options {
    var folder: String?
    var clustered: (count: Int, dimensions: Int)?
    /// Many small indexes instead of one: how many, of how many vectors.
    var small: SmallIndexes?
    var count = Int.max
    var connections = 32
    var efConstruction = 128
    var threads = 1
    var json: String?
    var writeFolder: String?
    var isSmoke = false
    /// What to measure beside the build; `nil` for all.
    var parts: Set<Substring>?

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst().makeIterator()
        while let option = rest.next() {
            switch option {
            case "--smoke": isSmoke = true
            case "--vectors": folder = rest.next()
            case "--clustered":
                let parts = (rest.next() ?? "").split(separator: ",").compactMap { Int($0) }
                if parts.count == 2 { clustered = (parts[0], parts[1]) }
            case "--small":
                let parts = (rest.next() ?? "").split(separator: ",").compactMap { Int($0) }
                if parts.count == 3 {
                    small = SmallIndexes(indexCount: parts[0], vectorCount: parts[1], dimensions: parts[2])
                }
            case "--count": count = rest.next().flatMap { Int($0) } ?? count
            case "--m": connections = rest.next().flatMap { Int($0) } ?? connections
            case "--efc": efConstruction = rest.next().flatMap { Int($0) } ?? efConstruction
            case "--threads": threads = rest.next().flatMap { Int($0) } ?? threads
            case "--json": json = rest.next()
            case "--write": writeFolder = rest.next()
            case "--parts": parts = rest.next().map { Set($0.split(separator: ",")) }
            default: print("unknown option \(option)")
            }
        }
    }

    func has(_ part: Substring) -> Bool { parts?.contains(part) ?? true }

    /// The vectors to measure with. A smoke run takes so few that it lasts seconds even without optimization.
    func dataSet() throws -> DataSet {
        if let folder {
            return try DataSet(
                folder: folder, limit: isSmoke ? min(count, 500) : count, queryLimit: isSmoke ? 20 : .max)
        }
        if let small {
            // Other indexes take other rows, and the rows themselves take little of the cache.
            return ClusteredVectors(dimensions: small.dimensions, seed: 7)
                .dataSet(count: 100 * small.vectorCount, queryCount: 500)
        }
        let smoke = (count: 500, dimensions: 32)
        let (wanted, dimensions) = clustered ?? smoke
        let count = min(wanted, isSmoke ? min(smoke.count, self.count) : self.count)
        return ClusteredVectors(dimensions: dimensions, seed: 7)
            .dataSet(count: count, queryCount: isSmoke ? 20 : min(max(count / 20, 1), 500))
    }
}
