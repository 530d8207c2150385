// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// What BM25 needs to know of one property over all documents of a shard.
struct TextStatistics: Hashable {
    /// As many as there are document numbers.
    static let maximumDocuments = 1 << 32
    /// More than any shard has; leaves room for the sums of a batch.
    private static let maximumTokens = 1 << 62

    /// Documents with at least one token.
    var documents = 0
    /// Tokens of all of them, with repeats.
    var tokens = 0

    /// Mean number of tokens over documents that have some; 0 without any.
    var averageLength: Double { documents == 0 ? 0 : Double(tokens) / Double(documents) }

    /// A document comes, or goes if `tokens` is negative.
    mutating func add(tokens change: Int) {
        documents += change.signum()
        tokens += change
    }

    init() {}

    init?(_ span: RawSpan) {
        guard span.byteCount == 16, let documents = Int(exactly: span.uint64(at: 0)),
            let tokens = Int(exactly: span.uint64(at: 8)), documents > 0, tokens >= documents,
            documents <= Self.maximumDocuments, tokens <= Self.maximumTokens
        else { return nil }
        self.documents = documents
        self.tokens = tokens
    }

    /// nil without documents.
    func encoded() -> [UInt8]? {
        guard documents > 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(documents))
        bytes.append(littleEndian: UInt64(tokens))
        return bytes
    }
}

extension OrderedReading {
    func textStatistics(of property: PropertyID) throws -> TextStatistics {
        let key = IndexKey.prefix(.statistics, property)
        return try withValue(for: key) { span in
            guard let span else { return TextStatistics() }
            guard let statistics = TextStatistics(span) else { throw IndexDamage.malformedEntry(key: key) }
            return statistics
        }
    }

    /// How many documents are live.
    func documentCount() throws -> Int {
        let key = IndexKey.prefix(.statistics)
        return try withValue(for: key) { span in
            guard let span else { return 0 }
            guard span.byteCount == 8, let count = Int(exactly: span.uint64(at: 0)),
                count <= TextStatistics.maximumDocuments
            else {
                throw IndexDamage.malformedEntry(key: key)
            }
            return count
        }
    }
}
