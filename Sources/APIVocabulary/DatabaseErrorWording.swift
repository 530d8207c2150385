// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import ImageVectorizer

/// What clients of every API read when the database refuses or fails: Weaviate's words where clients match on them, and how
/// to mend it. An API puts in front of them what it puts in front.
extension DatabaseError {
    /// The text, without a prefix; complete sentences only where Weaviate has them.
    package var wording: String {
        switch self {
        case .collectionNotFound(let name): "class \"\(name)\" not found in schema"
        case .collectionExists(let name): "class name \(name) already exists"
        case .similarCollectionExists(let existing): "class already exists: found similar class \"\(existing)\""
        case .invalidDefinition(let text), .overloaded(let text), .storage(let text), .storageFull(let text): text
        case .alias(let problem): problem.wording
        case .invalidReference(let problem): problem.wording
        case .invalidQuery(let problem): problem.wording
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
        case .tenantNotFound(let name, _): "tenant not found: \"\(name)\""
        case .tenantNotActive(let name, _): "tenant not active: '\(name)'"
        case .multiTenancyDisabled(let collection): "multi-tenancy is not enabled for class \"\(collection)\""
        case .invalidTenants(let problem): problem.wording
        case .networkMismatch(let collection, let filledBy, let inUse):
            "class \(collection) was filled through the network \(filledBy), but \(inUse) is in use; start with the first one "
                + "(NEEDLETAIL_IMG2VEC_MODEL) or run `needletail revectorize \(collection)`"
        case .revectorizationUnfinished(let collection):
            "the vectors of class \(collection) are being made again by another network, which was interrupted; stop the server and run "
                + "`needletail revectorize \(collection)` to finish it"
        case .unsupported(let feature): "\(feature) is not supported yet"
        case .cancelled, .memoryFull: message
        case .shardNotFound(let name): "shard not found: \(name)"
        case .backup(let problem): problem.wording
        case .readOnlyShard(_, let shard): "shard=\"\(shard)\": store is read-only due to: manually set by user"
        }
    }
}

extension DatabaseError {
    /// What an object of a batch says.
    package var wordingInBatch: String {
        switch self {
        case .invalidObject(let text): text
        case .vectorization where !isFaultOfPicture: "fail with status 500: \(wording)"
        default: wording
        }
    }

    /// What a reference of a batch says.
    package var wordingInReferenceBatch: String {
        switch self {
        case .invalidReference(.unknownProperty(let name, _)):
            "ref batch: property '\(name.prefix(300))' not found in schema"
        case .objectNotFound(_, let id): "ref batch: object with id \(id) not found"
        case .collectionNotFound(let name): "source class \"\(name.prefix(300))\" not found in schema"
        default: wording
        }
    }
}
