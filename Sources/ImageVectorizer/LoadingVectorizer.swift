// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Synchronization

/// Stands for a network that is yet to be loaded, on a thread of its own: what has to do with pictures waits for it.
///
///     waiting ──start──> loading ──the loading returns──> loaded
package final class LoadingVectorizer: ImageVectorizing {
    private enum State {
        /// Who waits, before the start or after it.
        case loading([CheckedContinuation<any ImageVectorizing, Never>])
        case loaded(any ImageVectorizing)
    }

    private let state = Mutex(State.loading([]))

    package init() {}

    /// Starts the thread. To be called once.
    ///
    /// - Parameter load: may block. It gives an `EmptyVectorizer` where there is no network to be had.
    package func start(_ load: @escaping @Sendable () -> any ImageVectorizing) {
        let thread = Thread { [self] in
            nameThisThread("network")
            finish(load())
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// What was loaded; `nil` until then.
    package var loaded: (any ImageVectorizing)? {
        state.withLock { if case .loaded(let vectorizer) = $0 { vectorizer } else { nil } }
    }

    /// What was loaded; suspends until then.
    @discardableResult package func waitUntilLoaded() async -> any ImageVectorizing {
        await withCheckedContinuation { continuation in
            let loaded: (any ImageVectorizing)? = state.withLock { state in
                switch state {
                case .loaded(let vectorizer): return vectorizer
                case .loading(let waiting):
                    state = .loading(waiting + [continuation])
                    return nil
                }
            }
            if let loaded { continuation.resume(returning: loaded) }
        }
    }

    package var network: NetworkIdentity? {
        get async { await waitUntilLoaded().network }
    }

    package func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        await waitUntilLoaded().embeddings(of: pictures)
    }

    package func waitUntilCompiled() async { await loaded?.waitUntilCompiled() }

    private func finish(_ vectorizer: any ImageVectorizing) {
        let waiting: [CheckedContinuation<any ImageVectorizing, Never>] = state.withLock { state in
            defer { state = .loaded(vectorizer) }
            if case .loading(let waiting) = state { return waiting }
            return []
        }
        for continuation in waiting { continuation.resume(returning: vectorizer) }
    }
}
