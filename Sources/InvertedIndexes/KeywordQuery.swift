// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// A keyword search over searchable texts.
package struct KeywordQuery: Hashable, Sendable {
    /// A property to search, and the factor its scores get.
    package struct Field: Hashable, Sendable {
        package var property: PropertyID
        /// Taken to the nearest of `RankingBounds.boost`.
        package var boost: Float

        package init(property: PropertyID, boost: Float = 1) {
            self.property = property
            self.boost = boost
        }
    }

    package enum Operator: Hashable, Sendable {
        /// At least `minimumMatches` different tokens of the query in the same property; 0 and 1 are the plain search.
        case or(minimumMatches: Int)
        /// All different tokens of the query in the same property.
        case and
        /// Every token of the query in some of the properties, which must all have the same tokenization.
        case andAcross
    }

    package var text: String
    /// A property named twice counts once, with the last boost.
    package var fields: [Field]
    package var matching: Operator

    package init(text: String, fields: [Field], matching: Operator = .or(minimumMatches: 1)) {
        self.text = text
        self.fields = fields
        self.matching = matching
    }
}

/// A document found by a keyword search.
package struct KeywordMatch: Hashable, Sendable {
    package var document: DocumentID
    package var score: Float
    /// For each token found, filled in only when asked for.
    package var explanation: [TermExplanation]

    package init(document: DocumentID, score: Float, explanation: [TermExplanation] = []) {
        self.document = document
        self.score = score
        self.explanation = explanation
    }

    /// As `_additional.explainScore` shows it.
    package var explanationText: String {
        explanation.map {
            ", BM25F_\($0.token)_frequency:\($0.frequency), BM25F_\($0.token)_propLength:\($0.propertyLength)"
        }.joined()
    }
}

/// How often a token is in a property of a document.
package struct TermExplanation: Hashable, Sendable {
    package var token: String
    package var frequency: Int
    /// Tokens of the property.
    package var propertyLength: Int

    package init(token: String, frequency: Int, propertyLength: Int) {
        self.token = token
        self.frequency = frequency
        self.propertyLength = propertyLength
    }
}

/// Why a keyword search cannot be run.
package enum KeywordSearchError: Error, Hashable, Sendable {
    case emptyQuery
    /// Unknown, no text, or not searchable.
    case notSearchable(property: String)
    case differentTokenizations
    case boostOutOfRange(property: String)
    case textTooLong(limit: Int)
    /// Different words times properties.
    case tooManyTerms(limit: Int)

    package var message: String {
        switch self {
        case .emptyQuery: "keyword search (bm25) must have query set"
        case .notSearchable(let property):
            "Searching by property '\(property.prefix(300))' requires inverted index. "
                + "Is `indexSearchable` option of property '\(property.prefix(300))' enabled? Set it to `true` or leave empty"
        case .differentTokenizations:
            "OPERATOR_AND_CROSS requires all searched properties to share the same tokenization and analyzer settings"
        case .boostOutOfRange(let property):
            "the boost of property '\(property)' must be between \(Int(RankingBounds.boost.lowerBound)) "
                + "and \(Int(RankingBounds.boost.upperBound))"
        case .textTooLong(let limit):
            "keyword search (bm25): the query is longer than \(limit) bytes"
        case .tooManyTerms(let limit):
            "keyword search (bm25): the words of the query times the searched properties are more than \(limit), "
                + "the value of NEEDLETAIL_QUERY_MAXIMUM_TERMS; name fewer properties or shorten the query"
        }
    }
}
