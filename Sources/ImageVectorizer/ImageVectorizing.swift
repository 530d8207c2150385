// SPDX-License-Identifier: Apache-2.0

/// The network that makes the vectors: what a collection notes of the one that filled it.
package struct NetworkIdentity: Hashable, Sendable {
    /// E.g. `resnet50`, `efficientnet-lite0`, or the file's name.
    package var name: String
    /// Lower-case hexadecimal SHA-256 of the ONNX file.
    package var sha256: String
    package var dimensions: Int
    /// How pictures are made ready for it, in words of whoever notes this; empty: in compatible mode.
    package var preprocessing = ""

    package init(name: String, sha256: String, dimensions: Int) {
        self.name = name
        self.sha256 = sha256
        self.dimensions = dimensions
    }
}

/// Turns pictures into vectors. The database knows the vectorizer only by this.
package protocol ImageVectorizing: Sendable {
    /// `nil` if no network could be loaded; `vectors` then fails with `ImageVectorizerError.unavailable`.
    ///
    /// Suspends while the network is being loaded, as `vectors` does: to be asked where there are pictures only.
    var network: NetworkIdentity? { get async }

    /// One result a picture, in the order of `pictures`. A bad picture fails alone.
    ///
    /// Decodes and infers in parallel.
    func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>]

    /// Suspends until no thread but those of the engine works for it: before the process ends, when no pictures come any more.
    func waitUntilCompiled() async
}

extension ImageVectorizing {
    package func waitUntilCompiled() async {}

    /// The vectors of whole pictures (encoded files: JPEG, PNG, …) in compatible mode. Shape of each: [network.dimensions].
    package func vectors(of pictures: [[UInt8]]) async -> [Result<[Float], ImageVectorizerError>] {
        await embeddings(of: pictures.map { PictureInput($0) }).map { $0.map(\.vector) }
    }
}

/// Why a picture gave no vector. `message` says what is wrong and what to do; it never contains the picture.
package enum ImageVectorizerError: Error, Hashable, Sendable {
    /// Not in a format that is read; `found` names what the first bytes look like, if that is known.
    case unknownFormat(found: String?)
    /// The file is damaged or cut off.
    case damaged(format: String, detail: String)
    /// In a format that is read, but of a kind that is not.
    case unreadKind(format: String, detail: String)
    /// The header promises more pixels than `limit`.
    case tooManyPixels(width: Int, height: Int, limit: Int)
    /// Within the pixel limit, yet too large to decode: `detail` says what would be needed.
    case tooLarge(format: String, detail: String)
    /// No network is loaded.
    case unavailable(reason: String)
    /// There was no memory to decode the picture, although it is within all limits.
    case outOfMemory
    /// The inference engine failed.
    case inference(reason: String)

    /// Whether whoever sent the picture has to mend it; else the server failed, and the same picture may do next time.
    package var isFaultOfPicture: Bool {
        switch self {
        case .unknownFormat, .damaged, .unreadKind, .tooManyPixels, .tooLarge: true
        case .unavailable, .outOfMemory, .inference: false
        }
    }

    package var message: String {
        switch self {
        case .unknownFormat(let found?):
            "the picture is \(found), which is not read here; send it as \(PictureFormat.list)"
        case .unknownFormat(nil):
            """
            the data is no picture in a known format; send \(PictureFormat.list), encoded as base64 without a \
            data URI prefix
            """
        case .damaged(let format, let detail):
            "the \(format) picture is damaged or cut off (\(detail)); send the whole file again"
        case .unreadKind(let format, let detail):
            "the \(format) picture is of a kind that is not read here (\(detail)); send it as JPEG or PNG"
        case .tooManyPixels(let width, let height, let limit):
            "the picture has \(width) x \(height) pixels; at most \(limit) are allowed (NEEDLETAIL_IMAGE_MAX_PIXELS)"
        case .tooLarge(let format, let detail):
            "the \(format) picture is too large to decode (\(detail)); send it smaller, not interlaced and not progressive"
        case .unavailable(let reason):
            "no image network is loaded: \(reason)"
        case .outOfMemory:
            "there was no memory to decode the picture; try again when the server is less busy"
        case .inference(let reason):
            "the inference engine failed: \(reason)"
        }
    }
}
