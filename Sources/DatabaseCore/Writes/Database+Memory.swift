// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import JSON
import ProcessMemory
import VectorIndexes

extension Database {
    /// What a reference or tenant is counted as while it is on its way, and an object beside its vectors and texts.
    private static let bytesPerItem = 4 << 10

    /// Waits until there is memory for so many references or tenants. `leave` must follow.
    func enterMemory(itemCount: Int) async throws(DatabaseError) -> MemoryPermit {
        try await enterMemory(byteCount: itemCount * Self.bytesPerItem)
    }

    /// Waits until there is memory for these objects. `leave` must follow.
    func enterMemory(_ objects: [ObjectInput]) async throws(DatabaseError) -> MemoryPermit {
        // Values are in the pages of a transaction for a while, and vectors in an index for good.
        let sizes = memory.plan == nil ? 0 : objects.reduce(0) { $0 + 2 * $1.valueBytes }
        return try await enterMemory(byteCount: sizes + objects.count * Self.bytesPerItem)
    }

    /// Waits until there is so much memory. `leave` must follow.
    func enterMemory(byteCount: Int) async throws(DatabaseError) -> MemoryPermit {
        do throws(MemoryLimitError) { return try await memory.enter(byteCount: byteCount) } catch {
            throw DatabaseError(error)
        }
    }

    /// Refuses at once where memory is full.
    func requireMemory() throws(DatabaseError) {
        do throws(MemoryLimitError) { try memory.checkRoom() } catch { throw DatabaseError(error) }
    }

    /// Lets go of what is kept in memory only to be quicker.
    package static func emptyCaches() {
        SearchContextPool.shared.empty()
        KeywordScratchPool.shared.empty()
    }
}

extension ObjectInput {
    /// About what its vectors and texts take, the texts of nested objects left out.
    fileprivate var valueBytes: Int {
        let dimensions =
            (vector?.count ?? 0) + namedVectors.values.reduce(0) { $0 + $1.count }
            + multiVectors.values.reduce(0) { $0 + $1.elements.count }
        let texts = properties?.members.reduce(0) { sum, member in
            if case .string(let text) = member.value { sum + text.utf8.count } else { sum }
        }
        return 4 * dimensions + (texts ?? 0)
    }
}

extension DatabaseError {
    fileprivate init(_ error: MemoryLimitError) {
        self = .memoryFull(heldBytes: error.heldBytes, limitInBytes: error.limitInBytes)
    }
}
