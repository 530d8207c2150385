// SPDX-License-Identifier: Apache-2.0

/// What one picture may cost. Checked against the header before anything is allocated.
package struct DecodingLimits: Hashable, Sendable {
    /// Width times height.
    package var pixels: Int
    /// What all decoders together may hold at once; a picture that needs more alone is refused, one that needs what
    /// others hold waits. Only pictures that can't be read row by row (interlaced, progressive, WebP) need much.
    package var memoryInBytes: Int

    /// - Parameters:
    ///   - pixels: at least 1; the default is where Pillow, which the original vectorizer decodes with, gives up.
    ///   - memoryInBytes: at least 16 MiB.
    package init(pixels: Int = 178_956_970, memoryInBytes: Int = 128 << 20) {
        precondition(pixels >= 1, "a picture has at least one pixel, not \(pixels)")
        precondition(memoryInBytes >= 16 << 20, "decoders need 16 MiB, not \(memoryInBytes) bytes")
        self.pixels = pixels
        self.memoryInBytes = memoryInBytes
    }
}
