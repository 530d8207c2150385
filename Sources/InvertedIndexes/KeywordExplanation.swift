// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Says of documents that a search has found which of its tokens they have.
struct KeywordExplanation<Store: OrderedReading> {
    let plan: KeywordPlan
    let reader: KeywordReader<Store>

    /// For each of `documents`: each token that it has, from the first field that has it.
    ///
    /// - Complexity: O(postings of the tokens in the chunks of the documents), as scoring.
    func explanations(of documents: [DocumentID]) throws -> [[TermExplanation]] {
        var explanations: [DocumentID: [TermExplanation]] = [:]
        for (chunk, documents) in Dictionary(grouping: documents, by: { UInt16($0.number >> 16) }) {
            try explain(documents, in: chunk, into: &explanations)
        }
        return documents.map { explanations[$0] ?? [] }
    }

    private func explain(
        _ documents: [DocumentID], in chunk: UInt16, into explanations: inout [DocumentID: [TermExplanation]]
    ) throws {
        var allowed = [UInt64](repeating: 0, count: 1024)
        for document in documents { allowed[Int(document.number & 0xFFFF) >> 6] |= 1 << UInt64(document.number & 63) }
        var explained: [UInt16: Set<Int>] = [:]
        for field in plan.fields {
            var lengths = TokenCounts(property: field.property, chunk: chunk)
            for term in field.terms {
                try reader.meter.count(16)
                guard term.chunks.contains(chunk) else { continue }
                try visit(term, field.property, chunk, allowed) { number, frequency in
                    guard explained[number, default: []].insert(term.tokenNumber).inserted else { return }
                    let explanation = TermExplanation(
                        token: String(decoding: term.token.token, as: UTF8.self), frequency: Int(frequency),
                        propertyLength: Int(try lengths.count(of: number, in: reader.store)))
                    explanations[DocumentID(UInt32(chunk) << 16 | UInt32(number)), default: []].append(explanation)
                }
            }
        }
    }

    /// Calls `body` with the allowed documents of a chunk that have the term, and how often it is there.
    private func visit(
        _ term: KeywordPlan.Term, _ property: PropertyID, _ chunk: UInt16, _ allowed: [UInt64],
        _ body: (_ number: UInt16, _ frequency: UInt32) throws -> Void
    ) throws {
        let documents = try reader.documents(of: term, property, chunk, allowed)
        if documents.isEmpty { return }
        let frequencies = Dictionary(
            try reader.frequencies(of: term, property, chunk).map { ($0.number, $0.frequency) },
            uniquingKeysWith: { first, _ in first })
        for number in documents {
            try reader.meter.count()
            try body(number, frequencies[number] ?? 1)
        }
    }
}
