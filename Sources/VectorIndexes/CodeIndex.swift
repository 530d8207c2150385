// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization
import VectorKernels

/// Both kinds of index: codes at places, the table of places, pooled contexts, and exact answers.
///
/// Of kind `hnsw` it links them: hierarchical navigable small worlds, Malkov & Yashunin, arXiv:1603.09320, over narrow
/// codes. Of kind `flat` it has no links and measures every document: for collections so small, or queries so rare,
/// that a graph is not worth its memory.
///
/// See `VectorIndex` for the life of a document, and Docs/ARCHITECTURE.md for the layout. Invariants
/// (`checkInvariants`):
/// 1. Every live document is at one place, and that place holds it.
/// 2. A linked place has at most M links on an upper layer and 2 M on the lowest, none twice, none to itself, all to
///    occupied places of that layer.
/// 3. Every live document of a graph is linked and reachable, or in the tail, or just being moved from the tail into the
///    graph.
final class CodeIndex: VectorIndex {
    static let dimensionLimit = 65_535

    let store: CodeStore
    let contexts: ContextPool
    let table = Mutex(PlaceTable())
    private let settings: Mutex<VectorIndexConfiguration>

    /// - Parameter seed: of the random levels, which a flat index has none of.
    convenience init(
        dimensions: Int, configuration: VectorIndexConfiguration, seed: UInt64
    ) throws(VectorIndexError) {
        guard (1...Self.dimensionLimit).contains(dimensions) else {
            throw .dimensionsOutOfRange(received: dimensions, maximum: Self.dimensionLimit)
        }
        let layout = CodeLayout(
            dimensions: dimensions, configuration: configuration, seed: configuration.kind == .flat ? 0 : seed)
        guard let store = CodeStore(layout: layout) else { throw .tooManyVectors(count: 0) }
        self.init(store: store, configuration: configuration)
    }

    init(store: CodeStore, configuration: VectorIndexConfiguration) {
        self.store = store
        contexts = ContextPool(store: store)
        settings = Mutex(configuration)
    }

    var dimensions: Int { store.layout.dimensions }
    var isGraph: Bool { store.layout.maxConnections > 0 }
    var configuration: VectorIndexConfiguration { settings.withLock { $0 } }

    func reconfigure(_ wanted: VectorIndexConfiguration) {
        settings.withLock { settings in
            settings.ef = wanted.ef
            settings.dynamicEfMin = wanted.dynamicEfMin
            settings.dynamicEfMax = wanted.dynamicEfMax
            settings.dynamicEfFactor = wanted.dynamicEfFactor
            settings.flatSearchCutoff = wanted.flatSearchCutoff
        }
    }

    // MARK: Documents

    func append(document: DocumentID, vector: Span<Float>) throws(VectorIndexError) {
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

    func append(_ documents: [DocumentID], from vectors: some VectorReading) throws {
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

    func retract(document: DocumentID) { remove(document: document) }

    @discardableResult func remove(document: DocumentID) -> Bool {
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

    func contains(document: DocumentID) -> Bool {
        table.withLock { $0.places[document.number] != nil }
    }

    func documents() -> DocumentBits {
        table.withLock { table in
            var documents = DocumentBits()
            table.places.forEach { document, _ in documents.insert(DocumentID(document)) }
            return documents
        }
    }

    var liveCount: Int { table.withLock { $0.places.count } }

    var memoryInBytes: Int {
        store.memoryInBytes + contexts.memoryInBytes + table.withLock { $0.memoryInBytes }
    }
}

extension CodeLayout {
    /// The format that suits the metric and the dimensions: see Docs/decisions/0010.
    init(dimensions: Int, configuration: VectorIndexConfiguration, seed: UInt64) {
        let metric: Metric =
            switch configuration.metric {
            case .cosine: .cosine
            case .dot: .dot
            case .l2Squared: .l2Squared
            case .manhattan: .manhattan
            case .hamming: .hamming
            }
        let format: Format =
            switch configuration.metric {
            case .manhattan, .hamming: .floats
            case .cosine, .dot, .l2Squared: dimensions >= 512 ? .planes : .bytes
            }
        self.init(
            metric: metric, format: format, dimensions: dimensions,
            maxConnections: configuration.kind == .flat ? 0 : min(max(configuration.maxConnections, 2), 2047),
            levelSeed: seed, rotationSeed: 0x6E65_6564_6C65_7461)
    }
}
