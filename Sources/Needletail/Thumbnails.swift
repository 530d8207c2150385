// SPDX-License-Identifier: Apache-2.0

import Configuration
import ImageVectorizer
import Observability
import ThumbnailCache

/// Thumbnails as the settings have them.
struct Thumbnails {
    let service: ThumbnailService
    private let files: ThumbnailFiles?

    init(settings: Settings, logger: Logger) {
        let limits = DecodingLimits(pixels: settings.maximumImagePixels, memoryInBytes: settings.imageMemoryInBytes)
        files =
            settings.thumbnailCacheInBytes == 0
            ? nil
            : ThumbnailFiles(
                folder: "\(settings.dataPath)/thumbnails", limitInBytes: settings.thumbnailCacheInBytes, logger: logger)
        service = ThumbnailService(files: files, width: settings.effectiveComputeThreads) {
            bytes, size throws(ImageVectorizerError) in
            try PictureThumbnail.jpeg(of: bytes, longestSide: size, limits: limits)
        }
    }

    /// Writes what waits to be kept.
    func stop() { files?.stop() }
}
