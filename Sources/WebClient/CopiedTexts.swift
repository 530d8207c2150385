// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Texts as C reads them, valid as long as it lives.
@safe final class CopiedTexts {
    // Safety: each was made by `strdup`, and is freed in `deinit` alone.
    private var copies: [UnsafeMutablePointer<CChar>] = unsafe []

    /// A copy that ends with a NUL; `nil` if there is no memory.
    func copy(_ text: String) -> UnsafePointer<CChar>? {
        guard let copy = unsafe strdup(text) else { return nil }
        unsafe copies.append(copy)
        return unsafe UnsafePointer(copy)
    }

    deinit {
        while let copy = unsafe copies.popLast() { unsafe free(copy) }
    }
}
