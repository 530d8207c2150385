// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization
import VectorKernels

/// Documents that come and go: what the one writer does.
extension VectorIndex {
    /// Adds a document; searches started after this returns find it.
    ///
    /// The one writer calls it before the commit, so that nothing acknowledged is ever missing from an answer. A search
    /// whose `VectorReading` does not have the document yet leaves it out.
    ///
    /// - Parameter vector: shape [dimensions], finite, as the user gave it (not normalized).
    /// - Throws: `dimensionMismatch`, `duplicateDocument`, `tooManyVectors`.
    /// - Complexity: O(d) to O(d·log d): one encoding.
    package func append(document: DocumentID, vector: Span<Float>) throws(VectorIndexError) {
        guard vector.count == dimensions else {
            throw .dimensionMismatch(expected: dimensions, received: vector.count)
        }
        let slot = try reserveSlot(for: document)
        let encoded: Void? = withContext { context in
            store.encode(vector, document: document.number, at: slot, with: context)
        }
        guard encoded != nil else {
            table.withLock { $0.free.append(slot) }
            throw .tooManyVectors(count: store.count)
        }
        table.withLock { publish(document, at: slot, in: &$0) }
    }

    /// Adds documents that `vectors` has, like `append(document:vector:)` for each but on several threads; those that it does
    /// not have are left out. Called by the one writer, after loading.
    ///
    /// - Parameter documents: each once.
    /// - Throws: `dimensionMismatch`, `duplicateDocument`, `tooManyVectors`, what `vectors` throws; then none is added.
    package func append(_ documents: [DocumentID], from vectors: some VectorReading) throws {
        var slots: [UInt32] = []
        slots.reserveCapacity(documents.count)
        do {
            for document in documents { slots.append(try reserveSlot(for: document)) }
            try vectors.withVectors(of: documents) { [slots] position, vector in
                guard vector.count == dimensions else {
                    throw VectorIndexError.dimensionMismatch(expected: dimensions, received: vector.count)
                }
                let slot = slots[position]
                let encoded: Void? = withContext { context in
                    store.encode(vector, document: documents[position].number, at: slot, with: context)
                }
                guard encoded != nil else { throw VectorIndexError.tooManyVectors(count: store.count) }
                store.setState(.occupied, of: slot)
            }
        } catch {
            for slot in slots { store.setState([], of: slot) }
            table.withLock { $0.free.append(contentsOf: slots) }
            throw error
        }
        table.withLock { table in
            for (document, slot) in zip(documents, slots) {
                if store.state(of: slot).contains(.occupied) {
                    publish(document, at: slot, in: &table)
                } else {
                    table.free.append(slot)
                }
            }
        }
    }

    /// Lets searches find a document whose code is at `slot`.
    private func publish(_ document: DocumentID, at slot: UInt32, in table: inout SlotTable) {
        _ = table.slots.insert(slot, for: document.number)
        store.setState(.occupied, of: slot)
        guard store.hasGraph else { return }
        store.setInTail(true, slot)
        table.enqueue(slot)
        table.unlinkedCount += 1
    }

    private func reserveSlot(for document: DocumentID) throws(VectorIndexError) -> UInt32 {
        let (isKnown, free) = table.withLock { table -> (Bool, UInt32?) in
            if table.slots[document.number] != nil { return (true, nil) }
            return (false, table.takeFree(isOver: epochs.isOver))
        }
        if isKnown { throw .duplicateDocument(document) }
        if let free { return free }
        let slot = store.count
        guard store.grow(by: 1) else { throw .tooManyVectors(count: slot) }
        guard hasGraphIfNeeded() else {
            table.withLock { $0.free.append(UInt32(slot)) }
            throw .tooManyVectors(count: slot)
        }
        return UInt32(slot)
    }

    /// Gives a small index that has grown large room for links, and lets all its documents wait for theirs.
    ///
    /// - Returns: `false` if there is no memory.
    private func hasGraphIfNeeded() -> Bool {
        guard isGraph, !store.hasGraph, store.count > configuration.graphThreshold else { return true }
        return table.withLock { table in
            guard store.addGraph() else { return false }
            table.slots.forEach { _, slot in table.enqueue(slot) }
            table.unlinkedCount = table.slots.count
            return true
        }
    }

    /// Takes back an `append` whose commit failed. Does nothing if the document is not in the index.
    package func retract(document: DocumentID) { remove(document: document) }

    /// Takes a document out of all answers; called after the commit that deleted it.
    ///
    /// - Returns: `false` if the document was not in the index.
    @discardableResult package func remove(document: DocumentID) -> Bool {
        table.withLock { table in
            guard let slot = table.slots.remove(document.number) else { return false }
            if store.state(of: slot).contains(.linked) {
                store.setState([.occupied, .linked, .tombstone], of: slot)
                table.tombstones.append(slot)
                return true
            }
            if store.hasGraph {
                store.setInTail(false, slot)
                table.unlinkedCount -= 1
            }
            if table.linking.contains(slot) {
                // Its linker will find this and count it among the tombstones.
                store.setState([.occupied, .tombstone], of: slot)
            } else {
                store.setState([], of: slot)
                table.retired.append(.init(epoch: epochs.advance(), slots: [slot]))
            }
            return true
        }
    }

    package func contains(document: DocumentID) -> Bool {
        table.withLock { $0.slots[document.number] != nil }
    }

    /// The documents that searches can find. O(n).
    package func documents() -> DocumentBits {
        table.withLock { table in
            var documents = DocumentBits()
            table.slots.forEach { document, _ in documents.insert(DocumentID(document)) }
            return documents
        }
    }
}
