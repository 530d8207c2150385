// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer

/// Finds out which vectors have to be made from pictures, and makes them: all pictures of a batch in one go.
struct PictureVectors: Sendable {
    /// The pictures of one vector of one object: in the order of the sorted property names.
    struct Request: Sendable {
        /// The index of the object in the batch.
        var object: Int
        var vector: VectorID
        var pictures: [(property: String, bytes: [UInt8])]
    }

    let vectorizer: any ImageVectorizing

    /// The pictures that `definition` is made of, as `object` has them; empty if it has none.
    static func pictures(
        for definition: VectorDefinition, in collection: CollectionDefinition,
        of properties: [PropertyID: PropertyValue]
    ) -> [(property: String, bytes: [UInt8])] {
        blobs(for: definition, in: collection, of: properties).map { ($0.property, $0.blob.bytes) }
    }

    /// The same, as they are stored.
    static func blobs(
        for definition: VectorDefinition, in collection: CollectionDefinition,
        of properties: [PropertyID: PropertyValue]
    ) -> [(property: String, blob: Blob)] {
        guard case .image(let fields) = definition.vectorizer else { return [] }
        return fields.sorted().compactMap { field in
            guard let property = collection.property(named: field),
                case .blob(let blob)? = properties[property.id]
            else { return nil }
            return (field, blob)
        }
    }

    /// One result a request, in order: the mean of the vectors of its pictures, shape [network dimensions].
    func vectors(for requests: [Request]) async -> [Result<[Float], DatabaseError>] {
        guard !requests.isEmpty else { return [] }
        let pictures = requests.flatMap { $0.pictures.map(\.bytes) }
        var results = await vectorizer.vectors(of: pictures)[...]
        return requests.map { request in
            let own = results.prefix(request.pictures.count)
            results = results.dropFirst(request.pictures.count)
            return Self.mean(of: zip(request.pictures.map(\.property), own))
        }
    }

    private static func mean(
        of results: some Sequence<(String, Result<[Float], ImageVectorizerError>)>
    ) -> Result<[Float], DatabaseError> {
        var sum: [Float] = []
        var count: Float = 0
        for (property, result) in results {
            switch result {
            case .failure(let error): return .failure(.vectorization(property: property, error))
            case .success(let vector) where sum.isEmpty: sum = vector
            case .success(let vector): for index in sum.indices { sum[index] += vector[index] }
            }
            count += 1
        }
        if count > 1 { for index in sum.indices { sum[index] /= count } }
        return .success(sum)
    }
}
