// SPDX-License-Identifier: Apache-2.0

import JSON

/// The quantization members of a vector index's settings as they are when nothing is said about them.
///
/// They are kept and answered as given; which codes the indexes really use is decided by the indexes.
package enum QuantizationDefaults {
    package static func settings(for kind: VectorIndexDefinition.Kind) -> JSONObject {
        switch kind {
        case .hnsw, .dynamic: hnsw
        case .flat: flat
        }
    }

    private static let hnsw = JSONObject([
        ("skipDefaultQuantization", .boolean(false)),
        ("trackDefaultQuantization", .boolean(false)),
        (
            "pq",
            object([
                ("enabled", .boolean(false)), ("bitCompression", .boolean(false)), ("segments", number(0)),
                ("centroids", number(256)), ("trainingLimit", number(100_000)),
                ("encoder", object([("type", .string("kmeans")), ("distribution", .string("log-normal"))])),
            ])
        ),
        ("bq", object([("enabled", .boolean(false))])),
        (
            "sq",
            object([("enabled", .boolean(false)), ("trainingLimit", number(100_000)), ("rescoreLimit", number(20))])
        ),
        ("rq", object([("enabled", .boolean(false)), ("bits", number(8)), ("rescoreLimit", number(20))])),
        (
            "multivector",
            object([
                ("enabled", .boolean(false)), ("aggregation", .string("maxSim")),
                (
                    "muvera",
                    object([
                        ("enabled", .boolean(false)), ("ksim", number(4)), ("dprojections", number(16)),
                        ("repetitions", number(10)),
                    ])
                ),
            ])
        ),
    ])

    private static let flat = JSONObject([
        ("skipDefaultQuantization", .boolean(false)),
        ("trackDefaultQuantization", .boolean(false)),
        ("pq", flatQuantizer([])),
        ("bq", flatQuantizer([])),
        ("sq", flatQuantizer([])),
        ("rq", flatQuantizer([("bits", number(8))])),
    ])

    private static func flatQuantizer(_ more: [(String, JSONValue)]) -> JSONValue {
        object([("enabled", .boolean(false)), ("rescoreLimit", number(-1)), ("cache", .boolean(false))] + more)
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue { .object(JSONObject(members)) }

    private static func number(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
}
