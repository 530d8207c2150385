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
        var pictures: [(property: String, picture: PictureInput)]
    }

    let vectorizer: any ImageVectorizing

    /// A picture as it is stored: what tells whether it has changed.
    enum Stored: Hashable, Sendable {
        case bytes([UInt8])
        case hash(BlobHash)
    }

    /// The pictures that `definition` is made of, as `properties` have them; empty if there are none.
    static func stored(
        for definition: VectorDefinition, in collection: CollectionDefinition,
        of properties: [PropertyID: PropertyValue]
    ) -> [(property: PropertyDefinition, picture: Stored)] {
        guard case .image(let fields) = definition.vectorizer else { return [] }
        return fields.sorted().compactMap { field in
            guard let property = collection.property(named: field) else { return nil }
            switch properties[property.id] {
            case .blob(let blob)?: return (property, .bytes(blob.bytes))
            case .blobHash(let hash)?: return (property, .hash(hash))
            default: return nil
            }
        }
    }

    /// The bytes of `stored` pictures.
    ///
    /// - Parameter hashedBlobs: those of which only the hash is stored, as they came with a request.
    /// - Throws: `DatabaseError.invalidObject` if only the hash of one is known.
    static func pictures(
        _ stored: [(property: PropertyDefinition, picture: Stored)], hashedBlobs: [PropertyID: [UInt8]],
        for definition: VectorDefinition
    ) throws(DatabaseError) -> [(property: String, picture: PictureInput)] {
        var pictures: [(property: String, picture: PictureInput)] = []
        for (property, picture) in stored {
            let preprocessing = definition.preprocessing(ofField: property.name)
            switch picture {
            case .bytes(let bytes): pictures.append((property.name, PictureInput(bytes, preprocessing: preprocessing)))
            case .hash:
                guard let bytes = hashedBlobs[property.id] else {
                    throw .invalidObject(
                        "property '\(property.name)' is the hash of a picture, of which no vector can be made: give the "
                            + "picture itself, or a vector")
                }
                pictures.append((property.name, PictureInput(bytes, preprocessing: preprocessing)))
            }
        }
        return pictures
    }

    /// One result a request, in order: the mean of the vectors of its pictures, shape [network dimensions].
    func vectors(for requests: [Request]) async -> [Result<[Float], DatabaseError>] {
        guard !requests.isEmpty else { return [] }
        let pictures = requests.flatMap { $0.pictures.map(\.picture) }
        var results = await vectorizer.embeddings(of: pictures).map { $0.map(\.vector) }[...]
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
