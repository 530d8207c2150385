// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the process holds of the memory it may have, read from where the kernel tells it.
package enum MemoryFigures {
    /// What the process holds itself, in memory (RssAnon) or swapped out (VmSwap). Pages of mapped files are not in it: the system
    /// takes those back when others need them. `nil` where it can't be read.
    package static func heldBytes() -> Int? {
        (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)).flatMap(heldBytes(inStatus:))
    }

    static func heldBytes(inStatus text: String) -> Int? {
        var kibibytes: [Substring: Int] = [:]
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let words = Substring(line).split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count > 1, words[0] == "RssAnon:" || words[0] == "VmSwap:" else { continue }
            kibibytes[words[0]] = Int(words[1])
        }
        return kibibytes["RssAnon:"].map { ($0 + (kibibytes["VmSwap:"] ?? 0)) << 10 }
    }

    /// What the process may have: the machine's memory, or less where a control group of it says so.
    package static func grantedBytes() -> Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        let read = { path in try? String(contentsOfFile: path, encoding: .utf8) }
        return min(machine, groupLimit(groups: read("/proc/self/cgroup") ?? "", read: read) ?? .max)
    }

    /// The least limit of the control groups that the process is in, of both versions; `nil` without one.
    ///
    /// - Parameters:
    ///   - groups: the text of `/proc/self/cgroup`.
    ///   - read: the text of a file; `nil` if there is none.
    static func groupLimit(groups: String, read: (String) -> String?) -> Int? {
        var limits: [Int] = []
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isSecondVersion = parts[1].isEmpty
            guard isSecondVersion || parts[1].split(separator: ",").contains("memory") else { continue }
            let root = isSecondVersion ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
            let file = isSecondVersion ? "memory.max" : "memory.limit_in_bytes"
            // A container may see its group as the root, by a path that leads nowhere in it.
            var path = parts[2].split(separator: "/")
            while true {
                let folder = ([root] + path.map(String.init)).joined(separator: "/")
                if let text = read("\(folder)/\(file)") {
                    // Without a limit that is `max`, or more than any machine has.
                    if let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) { limits.append(limit) }
                }
                if path.popLast() == nil { break }
            }
        }
        return limits.min()
    }
}
