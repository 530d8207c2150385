// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer

/// Why an operation was refused or failed. Each API maps it to its own statuses, in one place.
package enum DatabaseError: Error, Sendable {
    case collectionNotFound(String)
    case collectionExists(String)
    /// A collection whose name differs in letter case only.
    case similarCollectionExists(existing: String)
    /// A definition, or a change of one, that is not allowed; the text says which member and why.
    case invalidDefinition(String)
    case objectExists(ObjectID)
    case objectNotFound(collection: String, id: ObjectID)
    /// An object that does not fit its collection; the text says which property and why.
    case invalidObject(String)
    /// A picture of the object gave no vector.
    case vectorization(property: String, ImageVectorizerError)
    case dimensionMismatch(id: ObjectID?, vector: String?, expected: Int, received: Int)
    case unknownVector(String)
    /// A filter, sort key, limit or search that cannot be carried out.
    case invalidQuery(InvalidQuery)
    case missingSearchObject(ObjectID)
    case searchObjectHasNoVector(ObjectID)
    /// The picture of a `nearImage` search gave no vector.
    case searchVectorization(ImageVectorizerError)
    case tenantMissing(collection: String)
    case tenantNotExpected(collection: String)
    case tenantNotFound(String)
    /// The collection was filled through another network than the one in use.
    case networkMismatch(collection: String, filledBy: String, inUse: String)
    /// The vectors of the collection are being made anew by another network, and that has not come to its end.
    case revectorizationUnfinished(collection: String)
    /// Something of Weaviate that is not built yet, by name.
    case unsupported(String)
    /// A queue or limit is full; try again.
    case overloaded(String)
    case cancelled
    case shardNotFound(String)
    /// Writes to the shard were switched off through its status.
    case readOnlyShard(collection: String, shard: String)
    /// The storage failed; `message` is fit for clients, the cause is in the log.
    case storage(String)

    /// For whoever sent the request: what is wrong, with the values, and what to do about it.
    package var message: String {
        switch self {
        case .collectionNotFound(let name): "class \"\(name)\" not found in schema"
        case .collectionExists(let name): "class name \(name) already exists"
        case .similarCollectionExists(let existing): "class already exists: found similar class \"\(existing)\""
        case .invalidDefinition(let text), .overloaded(let text): text
        case .invalidQuery(let problem): problem.message
        case .objectExists(let id): "id '\(id)' already exists"
        case .objectNotFound(let collection, let id): "no object with id \(id) found in class \(collection)"
        case .invalidObject(let text): "invalid object: \(text)"
        case .vectorization(let property, let error): "property '\(property)': \(error.message)"
        case .dimensionMismatch(let id, _, let expected, let received):
            "\(id.map { "Validate vector index for \($0): " } ?? "")new node has a vector with length \(received). "
                + "Existing nodes have vectors with length \(expected): vector dimensions do not match the index dimensions"
        case .unknownVector(let name): "index for target vector \"\(name)\" not found"
        case .missingSearchObject: "nearObject params: vector not found"
        case .searchObjectHasNoVector(let id): "nearObject params: nearObject search-object with id \(id) has no vector"
        case .searchVectorization(let error): "vectorize image: \(error.message)"
        case .tenantMissing(let collection):
            "class \(collection) has multi-tenancy enabled, but request was without tenant"
        case .tenantNotExpected(let collection):
            "class \(collection) has multi-tenancy disabled, but request was with tenant"
        case .tenantNotFound(let name): "tenant not found: \"\(name)\""
        case .networkMismatch(let collection, let filledBy, let inUse):
            "class \(collection) was filled through the network \(filledBy), but \(inUse) is in use; start with the first one "
                + "(NEEDLETAIL_IMG2VEC_MODEL) or run `needletail revectorize \(collection)`"
        case .revectorizationUnfinished(let collection):
            "the vectors of class \(collection) are being made anew, which was interrupted; stop the server and run "
                + "`needletail revectorize \(collection)` to finish it"
        case .unsupported(let feature): "\(feature) is not supported yet"
        case .cancelled: "the request was cancelled"
        case .shardNotFound(let name): "shard not found: \(name)"
        case .readOnlyShard(_, let shard): "shard=\"\(shard)\": store is read-only due to: manually set by user"
        case .storage(let text): text
        }
    }
}
