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
                let postings = try reader.postings(of: term, field.property, chunk, allowed)
                for (number, frequency) in zip(postings.documents, postings.frequencies) {
                    guard explained[number, default: []].insert(term.tokenNumber).inserted else { continue }
                    let explanation = TermExplanation(
                        token: String(decoding: term.token.token, as: UTF8.self), frequency: Int(frequency),
                        propertyLength: Int(try lengths.count(of: number, in: reader.store)))
                    explanations[DocumentID(UInt32(chunk) << 16 | UInt32(number)), default: []].append(explanation)
                }
            }
        }
    }
}
