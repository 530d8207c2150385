// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Keeps the documents with the highest scores of those offered.
///
/// Of documents that share the lowest score kept, all are remembered up to a limit, so that their ids can decide among them.
struct BestDocuments {
    /// How many documents of one score are put in order of their ids.
    static let maximumTies = 16_384

    let limit: Int
    /// A binary heap, lowest score first; equal scores: the later document first.
    private var heap = BinaryHeap<(document: DocumentID, score: Float)>()
    /// Documents that did not fit although their score is that of the heap's first, up to the maximum.
    private var ties: [DocumentID] = []
    /// How many there were in all.
    private var tieCount = 0

    init(limit: Int) {
        precondition(limit > 0, "a limit of \(limit) keeps nothing")
        self.limit = limit
    }

    /// The score below which nothing will be kept; `nil` while there is room.
    var neededScore: Float? { heap.count < limit ? nil : heap.first?.score }

    /// In any order, each document once. A score that is not finite, which no ranking should give, counts as 0.
    mutating func offer(_ document: DocumentID, _ score: Float) {
        let score = score.isFinite ? score : 0
        guard heap.count == limit, let lowest = heap.first else {
            heap.insert((document, score), by: Self.isBefore)
            return
        }
        if score < lowest.score { return }
        if score == lowest.score, document > lowest.document {
            remember(document)
            return
        }
        heap.replaceFirst(with: (document, score), by: Self.isBefore)
        if heap.first?.score == lowest.score {
            remember(lowest.document)
        } else {
            ties = []
            tieCount = 0
        }
    }

    private mutating func remember(_ document: DocumentID) {
        tieCount += 1
        if ties.count < Self.maximumTies { ties.append(document) }
    }

    /// Best first, at most `limit`.
    ///
    /// - Complexity: O(n log n), one look-up of an id for each document that shares its score.
    func ranked(ids: some IDLookup, meter: WorkMeter) throws -> [(document: DocumentID, score: Float)] {
        let kept = heap.elements.sorted { $0.score != $1.score ? $0.score > $1.score : $0.document < $1.document }
        var result: [(document: DocumentID, score: Float)] = []
        result.reserveCapacity(kept.count)
        while result.count < kept.count {
            let start = result.count
            let score = kept[start].score
            // At least the first, whatever it compares like.
            var end = start + 1
            while end < kept.count, kept[end].score == score { end += 1 }
            var group = kept[start..<end].map(\.document)
            if end == kept.count, tieCount > 0 {
                group = group.count + tieCount <= Self.maximumTies ? group + ties : group
            }
            if group.count > 1, group.count <= Self.maximumTies,
                end < kept.count || group.count == end - start + tieCount
            {
                group = try Self.byID(group, ids, meter)
            }
            for document in group.prefix(end - start) { result.append((document, score)) }
        }
        return result
    }

    private static func byID(
        _ documents: [DocumentID], _ ids: some IDLookup, _ meter: WorkMeter
    ) throws -> [DocumentID] {
        var keyed: [(document: DocumentID, id: ObjectID)] = []
        keyed.reserveCapacity(documents.count)
        for document in documents {
            try meter.count()
            keyed.append((document, try ids.id(of: document) ?? ObjectID(high: .max, low: .max)))
        }
        keyed.sort { $0.id != $1.id ? $0.id < $1.id : $0.document < $1.document }
        return keyed.map(\.document)
    }

    private static func isBefore(
        _ left: (document: DocumentID, score: Float), _ right: (document: DocumentID, score: Float)
    ) -> Bool {
        left.score != right.score ? left.score < right.score : left.document > right.document
    }
}
