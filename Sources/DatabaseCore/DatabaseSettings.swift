// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// What an operator set, as far as the database needs to know.
package struct DatabaseSettings: Hashable, Sendable {
    /// `QUERY_DEFAULTS_LIMIT`: REST.
    package var defaultLimit = 10
    /// `QUERY_DEFAULTS_LIMIT_GRAPHQL`.
    package var defaultGraphQLLimit = 100
    /// `QUERY_MAXIMUM_RESULTS`: bound of offset + limit and of a batch delete.
    package var maximumResults = 10_000
    /// `QUERY_BOOST_DEFAULT_DEPTH`: how many candidates a boost chooses from that names no depth.
    package var defaultBoostDepth = 100
    /// `NEEDLETAIL_QUERY_MAXIMUM_TERMS`: bound of the different words of a keyword search times the properties it searches, and of
    /// the values and words of a filter.
    package var maximumQueryTerms = 250_000
    /// `AUTOSCHEMA_ENABLED`.
    package var hasAutoSchema = true
    /// `AUTOSCHEMA_DEFAULT_NUMBER`: `number` or `int`; a fraction does not fit an `int` and is refused then.
    package var autoSchemaNumber = ScalarType.number
    /// How texts are cut that auto-schema finds: by words, or at white space where `AUTOSCHEMA_DEFAULT_STRING` is
    /// `string`, which is Weaviate's old name for such a text.
    package var autoSchemaTokenization = Tokenization.word
    /// `DEFAULT_VECTORIZER_MODULE`: `none` or `img2vec-neural`.
    package var defaultVectorizer = "none"
    /// `DEFAULT_VECTOR_DISTANCE_METRIC`.
    package var defaultMetric = "cosine"
    /// `DEFAULT_VECTOR_INDEX`.
    package var defaultIndexKind = VectorIndexDefinition.Kind.hnsw
    /// Names of the modules that are on, e.g. `img2vec-neural`.
    package var modules: Set<String> = ["img2vec-neural"]
    /// `ASYNC_INDEXING`.
    package var hasAsyncIndexing = false
    /// `NEEDLETAIL_RECALL_SAMPLE_RATE`: the share of vector searches that is answered again exactly, from 0 to 1.
    package var recallSampleShare = 0.01

    /// `DISABLE_LAZY_LOAD_SHARDS`: whether shards are loaded at the start, and not each when it is first used.
    package var loadsShardsAtStart = true

    /// How many threads a request with many parts may use at a time: as many as the pool has.
    package var threadsPerRequest = 1

    /// What writes may take that wait for the writer; a share of `NEEDLETAIL_MEMORY_LIMIT`.
    package var queuedBytes = 512 << 20

    /// `BACKUP_FILESYSTEM_PATH`: the folder of the backups; `nil` where there can be none.
    package var backupFolder: String?

    package init() {}

    /// What one query may look up.
    package var queryLimits: QueryLimits {
        var limits = QueryLimits()
        limits.maximumTerms = maximumQueryTerms
        return limits
    }
}
