// SPDX-License-Identifier: Apache-2.0

import Foundation
import VectorKernels

/// What the process takes of the machine it runs on, read from where the kernel tells it.
package enum MachineFigures {
    /// What of the process lies in memory (VmRSS), pages of mapped files included; 0 where it can't be read.
    package static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        return residentBytes(inStatus: text)
    }

    /// The memory of the machine.
    package static var memoryInBytes: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

    /// How many threads can run at once.
    package static var coreCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// What the processor calls itself; read once.
    package static let processorName: String = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        return processorName(inCPUInfo: text) ?? "unknown"
    }()

    /// The kind of processor that the vector kernels in use were compiled for.
    package static var kernelName: String { KernelTier.best.name }

    static func residentBytes(inStatus text: String) -> Int {
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
        return (kibibytes ?? 0) << 10
    }

    /// - Returns: `nil` where the kernel tells no name, as on some ARM machines.
    static func processorName(inCPUInfo text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
        let name = line?.split(separator: ":", maxSplits: 1).dropFirst().first
        return name.map { $0.trimmingCharacters(in: .whitespaces) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
