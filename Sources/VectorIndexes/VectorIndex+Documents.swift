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
        let place = try reservePlace(for: document)
        let encoded: Void? = contexts.withContext { context in
            store.encode(vector, document: document.number, at: place, with: context)
        }
        guard encoded != nil else {
            table.withLock { $0.free.append(place) }
            throw .tooManyVectors(count: store.count)
        }
        table.withLock { publish(document, at: place, in: &$0) }
    }

    /// Adds documents that `vectors` has, like `append(document:vector:)` for each but on several threads; those that it does
    /// not have are left out. Called by the one writer, after loading.
    ///
    /// - Parameter documents: each once.
    /// - Throws: `dimensionMismatch`, `duplicateDocument`, `tooManyVectors`, what `vectors` throws; then none is added.
    package func append(_ documents: [DocumentID], from vectors: some VectorReading) throws {
        var places: [UInt32] = []
        places.reserveCapacity(documents.count)
        do {
            for document in documents { places.append(try reservePlace(for: document)) }
            try vectors.withVectors(of: documents) { [places] position, vector in
                guard vector.count == dimensions else {
                    throw VectorIndexError.dimensionMismatch(expected: dimensions, received: vector.count)
                }
                let place = places[position]
                let encoded: Void? = contexts.withContext { context in
                    store.encode(vector, document: documents[position].number, at: place, with: context)
                }
                guard encoded != nil else { throw VectorIndexError.tooManyVectors(count: store.count) }
                store.setState(.occupied, of: place)
            }
        } catch {
            for place in places { store.setState([], of: place) }
            table.withLock { $0.free.append(contentsOf: places) }
            throw error
        }
        table.withLock { table in
            for (document, place) in zip(documents, places) {
                if store.state(of: place).contains(.occupied) {
                    publish(document, at: place, in: &table)
                } else {
                    table.free.append(place)
                }
            }
        }
    }

    /// Lets searches find a document whose code is at `place`.
    private func publish(_ document: DocumentID, at place: UInt32, in table: inout PlaceTable) {
        _ = table.places.insert(place, for: document.number)
        store.setState(.occupied, of: place)
        guard isGraph else { return }
        store.setInTail(true, place)
        table.enqueue(place)
        table.unlinkedCount += 1
    }

    private func reservePlace(for document: DocumentID) throws(VectorIndexError) -> UInt32 {
        let (isKnown, free) = table.withLock { table -> (Bool, UInt32?) in
            if table.places[document.number] != nil { return (true, nil) }
            return (false, table.takeFree(isOver: contexts.isOver))
        }
        if isKnown { throw .duplicateDocument(document) }
        if let free { return free }
        let place = store.count
        guard store.grow(by: 1) else { throw .tooManyVectors(count: place) }
        return UInt32(place)
    }

    /// Takes back an `append` whose commit failed. Does nothing if the document is not in the index.
    package func retract(document: DocumentID) { remove(document: document) }

    /// Takes a document out of all answers; called after the commit that deleted it.
    ///
    /// - Returns: `false` if the document was not in the index.
    @discardableResult package func remove(document: DocumentID) -> Bool {
        table.withLock { table in
            guard let place = table.places.remove(document.number) else { return false }
            if store.state(of: place).contains(.linked) {
                store.setState([.occupied, .linked, .tombstone], of: place)
                table.tombstones.append(place)
                return true
            }
            if isGraph {
                store.setInTail(false, place)
                table.unlinkedCount -= 1
            }
            if table.linking.contains(place) {
                // Its linker will find this and count it among the tombstones.
                store.setState([.occupied, .tombstone], of: place)
            } else {
                store.setState([], of: place)
                table.retired.append(.init(epoch: contexts.advance(), places: [place]))
            }
            return true
        }
    }

    package func contains(document: DocumentID) -> Bool {
        table.withLock { $0.places[document.number] != nil }
    }

    /// The documents that searches can find. O(n).
    package func documents() -> DocumentBits {
        table.withLock { table in
            var documents = DocumentBits()
            table.places.forEach { document, _ in documents.insert(DocumentID(document)) }
            return documents
        }
    }
}
