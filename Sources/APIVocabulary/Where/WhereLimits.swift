// SPDX-License-Identifier: Apache-2.0

/// How large a `where` filter may be, in every API alike: what goes through a filter is recursive.
package enum WhereLimits {
    /// How many references a path may go through; such a path has `2 * references + 1` elements.
    package static let references = 20
    /// How deep `And`, `Or` and `Not` may nest, the innermost condition included.
    package static let depth = 40
}
