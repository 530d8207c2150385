// SPDX-License-Identifier: Apache-2.0

/// What `needletail quality` was asked.
package struct QualityOptions: Sendable, Equatable {
    /// Where the collection is.
    package enum Place: Sendable, Equatable {
        /// A running server, by its address.
        case server(String)
        /// A data folder that no server has open.
        case folder
    }

    package enum Sample: Sendable, Equatable {
        case all
        case count(Int)
    }

    package static let defaultServer = "http://127.0.0.1:8080"
    package static let defaultSample = 1_000
    package static let sampleRange = 1...100_000

    package var collection = ""
    package var label = ""
    package var tenant: String?
    package var vector: String?
    package var place = Place.server(defaultServer)
    package var sample = Sample.count(defaultSample)
    package var printsJSON = false

    package init() {}
}

/// Reads the flags that belong to `quality` alone, and says what is wrong with them.
struct QualityFlags {
    private(set) var options = QualityOptions()
    private(set) var problems: [String] = []
    private var server: String?

    static let withValue: Set<String> = ["--class", "--label", "--server", "--sample", "--tenant", "--target-vector"]

    mutating func take(_ flag: String, _ value: String) {
        switch flag {
        case "--class": options.collection = value
        case "--label": options.label = value
        case "--server": server = value
        case "--tenant": options.tenant = value
        case "--target-vector": options.vector = value
        default: takeSample(value)
        }
    }

    mutating func takeJSON() { options.printsJSON = true }

    private mutating func takeSample(_ value: String) {
        if value == "all" {
            options.sample = .all
        } else if let count = Int(value), QualityOptions.sampleRange.contains(count) {
            options.sample = .count(count)
        } else {
            let range = QualityOptions.sampleRange
            problems.append(
                "--sample: '\(value)' does not do; give a whole number from \(range.lowerBound) to \(range.upperBound), or all"
            )
        }
    }

    /// - Parameter hasFolder: whether `--data` was given.
    mutating func finish(hasFolder: Bool) -> QualityOptions {
        if options.collection.isEmpty { problems.append("quality needs a class: --class Pictures") }
        if options.label.isEmpty {
            problems.append("quality needs the property that says which objects belong together: --label category")
        }
        if hasFolder, server != nil { problems.append("--server and --data exclude each other; give one of them") }
        options.place = hasFolder ? .folder : .server(server ?? QualityOptions.defaultServer)
        return options
    }
}
