// SPDX-License-Identifier: Apache-2.0

import ImageVectorizer

/// Why there is no thumbnail.
package enum ThumbnailError: Error {
    /// The picture cannot be decoded.
    case picture(ImageVectorizerError)
    /// The picture could not be read: what its source threw.
    case source(any Error)
    /// So many are being made or wait for it that no more are taken.
    case busy(limit: Int)
    case cancelled
}
