// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// What the inverted indexes know of one property: under which number and how its values are indexed.
///
/// The term index of a text serves filters and keyword search alike, that of a number, date or boolean serves `Equal` and comparisons
/// alike; the flags say what may be asked of it. A property with none of the three flags has no entries at all.
package struct IndexedProperty: Hashable, Sendable {
    package var id: PropertyID
    package var type: PropertyType
    /// Read for `text` and `text[]` only.
    package var tokenization: Tokenization
    /// How letters lose their accents; `nil`: they keep them.
    package var folding: AccentFolding?
    /// In place of the collection's; `nil`: those.
    package var stopWords: StopWords?
    package var isFilterable: Bool
    package var isSearchable: Bool
    package var hasRangeIndex: Bool

    package init(
        id: PropertyID, type: PropertyType, tokenization: Tokenization = .word, folding: AccentFolding? = nil,
        stopWords: StopWords? = nil, isFilterable: Bool = true, isSearchable: Bool = false, hasRangeIndex: Bool = false
    ) {
        self.id = id
        self.type = type
        self.tokenization = tokenization
        self.folding = folding
        self.stopWords = stopWords
        self.isFilterable = isFilterable
        self.isSearchable = isSearchable
        self.hasRangeIndex = hasRangeIndex
    }
}

extension IndexedProperty {
    /// What cuts its texts.
    var tokenizer: Tokenizer { Tokenizer(tokenization, folding: folding) }
}

/// What holds for all properties of a collection.
package struct InvertedIndexSettings: Hashable, Sendable {
    /// Keep creation and update times, so that filters on them work.
    package var indexTimestamps: Bool
    /// Keep which documents have a value, so that `IsNull` works.
    package var indexNullState: Bool
    /// Keep lengths of texts and arrays, so that `len(property)` works.
    package var indexPropertyLength: Bool
    package var stopWords: StopWords
    /// Term frequency saturation of BM25; at least 0.
    package var bm25K1: Float
    /// Length normalization of BM25; 0 to 1.
    package var bm25B: Float

    package init(
        indexTimestamps: Bool = false, indexNullState: Bool = false, indexPropertyLength: Bool = false,
        stopWords: StopWords = StopWords(preset: .en), bm25K1: Float = 1.2, bm25B: Float = 0.75
    ) {
        self.indexTimestamps = indexTimestamps
        self.indexNullState = indexNullState
        self.indexPropertyLength = indexPropertyLength
        self.stopWords = stopWords
        self.bm25K1 = bm25K1
        self.bm25B = bm25B
    }
}

/// How the inverted indexes of a collection are laid out: the same for all of its shards.
///
/// Every operation of this module hangs on this value; it holds no state and no entries.
package struct InvertedIndexSchema: Sendable {
    package let settings: InvertedIndexSettings
    /// By name, as filters name them.
    package let properties: [String: IndexedProperty]
    package let propertiesByID: [PropertyID: IndexedProperty]

    package init(properties: [String: IndexedProperty], settings: InvertedIndexSettings) {
        self.settings = settings
        self.properties = properties
        propertiesByID = Dictionary(properties.values.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// One document as the inverted indexes see it.
package struct IndexedDocument: Hashable, Sendable {
    package var id: DocumentID
    /// Properties without a value are left out. Values whose case does not fit the property's type have no entries.
    package var values: [PropertyID: PropertyValue]
    /// Milliseconds since 1970.
    package var creationTime: Int64
    /// Milliseconds since 1970.
    package var updateTime: Int64

    package init(id: DocumentID, values: [PropertyID: PropertyValue], creationTime: Int64, updateTime: Int64) {
        self.id = id
        self.values = values
        self.creationTime = creationTime
        self.updateTime = updateTime
    }
}
