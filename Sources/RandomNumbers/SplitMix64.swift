// SPDX-License-Identifier: Apache-2.0

/// Steele, Lea & Flood's small generator of pseudorandom numbers: repeatable from its seed.
package struct SplitMix64: RandomNumberGenerator {
    /// What the state grows by with each number.
    @inlinable package static var step: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    @usableFromInline var state: UInt64

    @inlinable package init(seed: UInt64) { state = seed }

    @inlinable package mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mixed(state)
    }

    /// The number that belongs to a state.
    @inlinable package static func mixed(_ state: UInt64) -> UInt64 {
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
