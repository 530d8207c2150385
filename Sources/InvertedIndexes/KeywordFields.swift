// SPDX-License-Identifier: Apache-2.0

internal import DataModel

extension InvertedIndexSchema {
    /// The fields of a keyword search: all searchable texts if `names` is empty, else these, each as `name` or `name^boost`.
    ///
    /// A boost that is no number is 0, so that all matches score 0.
    ///
    /// - Throws: `KeywordSearchError.notSearchable`, `.boostOutOfRange`.
    /// - Complexity: O(bytes of the names).
    package func keywordFields(named names: [String]) throws(KeywordSearchError) -> [KeywordQuery.Field] {
        guard !names.isEmpty else {
            return propertiesByID.values.filter(\.isKeywordSearchable).map { KeywordQuery.Field(property: $0.id) }
                .sorted { $0.property < $1.property }
        }
        var fields: [KeywordQuery.Field] = []
        for text in names {
            let caret = text.firstIndex(of: "^")
            let name = String(text[..<(caret ?? text.endIndex)])
            guard let property = properties[name], property.isKeywordSearchable else {
                throw .notSearchable(property: name)
            }
            let boost: Float = caret.map { Float(String(text[text.index(after: $0)...])) ?? 0 } ?? 1
            // False for NaN too.
            guard RankingBounds.boost.contains(boost) else {
                throw .boostOutOfRange(property: name)
            }
            fields.append(KeywordQuery.Field(property: property.id, boost: boost))
        }
        return fields
    }
}

extension IndexedProperty {
    /// Whether keyword search finds its tokens.
    package var isKeywordSearchable: Bool {
        switch type {
        case .scalar(.text), .array(.text): isSearchable
        case .scalar, .array, .reference: false
        }
    }
}
