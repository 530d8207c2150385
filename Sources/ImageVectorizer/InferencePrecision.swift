// SPDX-License-Identifier: Apache-2.0

/// The numbers a network is run with.
package enum InferencePrecision: String, CaseIterable, Hashable, Sendable {
    /// `bf16` where the processor multiplies it in hardware and the network bears it, else `fp32`.
    case auto
    case fp32
    case bf16
    /// Only for files that are quantized already.
    case int8
}
