// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What is fuzzed and for how long, as the command line says it.
struct FuzzOptions {
    /// What went wrong.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    var seconds = 60.0
    var seed: UInt64 = 1
    var keepFolder: String?
    /// Built with a sanitizer, whose own memory is not counted.
    var isSanitized = false
    private var paths: [String] = []

    init(_ arguments: some Sequence<String>) throws {
        var left = arguments.makeIterator()
        while let option = left.next() {
            switch option {
            case "--smoke": seconds = 2
            case "--sanitized": isSanitized = true
            case "--seconds": seconds = left.next().flatMap { Double($0) } ?? seconds
            case "--seed": seed = left.next().flatMap { UInt64($0) } ?? seed
            case "--keep": keepFolder = left.next()
            case _ where option.hasPrefix("--"): throw Mistake(description: "there is no option \(option)")
            default: paths.append(option)
            }
        }
    }

    /// The files that were named and those in the folders that were named, up to 300 KB each: larger ones slow down.
    func readSeeds() throws -> [[UInt8]] {
        var files: [[UInt8]] = []
        for path in paths {
            guard FileManager.default.fileExists(atPath: path) else {
                throw Mistake(description: "\(path) is not there")
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [""]
            for name in names {
                guard let data = try? Data(contentsOf: URL(filePath: "\(path)/\(name)")) else { continue }
                if !data.isEmpty && data.count <= 300_000 { files.append([UInt8](data)) }
            }
        }
        return files
    }
}
