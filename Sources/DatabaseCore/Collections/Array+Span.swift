// SPDX-License-Identifier: Apache-2.0

extension [Float] {
    /// Copies the numbers of a span.
    init(copying span: Span<Float>) {
        // Safety: the buffer is read inside the closure only.
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
