// SPDX-License-Identifier: Apache-2.0

/// Stands where no network could be loaded: every picture fails with the reason.
package struct EmptyVectorizer: ImageVectorizing {
    /// Why there is no network, and what to do about it.
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package var network: NetworkIdentity? { nil }

    package func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        pictures.map { _ in .failure(.unavailable(reason: reason)) }
    }
}
