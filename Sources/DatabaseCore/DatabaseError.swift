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
    case alias(AliasProblem)
    /// An object cannot refer to another.
    case invalidReference(InvalidReference)
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
    case tenantNotFound(String, collection: String)
    /// The tenant is there and only stored.
    case tenantNotActive(String, collection: String)
    /// Tenants were asked for of a collection that has none.
    case multiTenancyDisabled(collection: String)
    case invalidTenants(TenantProblem)
    /// The collection was filled through another network than the one in use.
    case networkMismatch(collection: String, filledBy: String, inUse: String)
    /// The collection is being revectorized for another network, and that has not come to its end.
    case revectorizationUnfinished(collection: String)
    /// Something of Weaviate that is not built yet, by name.
    case unsupported(String)
    /// A queue or limit is full; try again.
    case overloaded(String)
    /// The process has come to its memory limit: nothing was changed; removing works, and makes room.
    case memoryFull(heldBytes: Int, limitInBytes: Int)
    case cancelled
    /// The disk or the map is full: nothing was changed; removing works, and makes room. The text says what to do.
    case storageFull(String)
    case shardNotFound(String)
    /// Writes to the shard were switched off through its status.
    case readOnlyShard(collection: String, shard: String)
    /// The storage failed; `message` is fit for clients, the cause is in the log.
    case storage(String)
    /// A backup or a restore was refused.
    case backup(BackupProblem)

    /// What is wrong, with the values, and what to do about it; in words of no API.
    package var message: String {
        switch self {
        case .collectionNotFound(let name): "collection \(name) not found"
        case .collectionExists(let name): "collection \(name) exists already"
        case .similarCollectionExists(let existing): "collection \(existing) differs in letter case only"
        case .invalidDefinition(let text), .overloaded(let text), .storage(let text), .storageFull(let text): text
        case .invalidObject(let text): "invalid object: \(text)"
        case .alias(let problem): problem.message
        case .invalidReference(let problem): problem.message
        case .invalidQuery(let problem): problem.message
        case .objectExists(let id): "object \(id) exists already"
        case .objectNotFound(let collection, let id): "collection \(collection) has no object \(id)"
        case .vectorization(let property, let error): "property '\(property)': \(error.message)"
        case .dimensionMismatch(let id, let vector, let expected, let received):
            "\(id.map { "object \($0): " } ?? "")vector '\(vector ?? "")' has \(received) dimensions; those stored have \(expected)"
        case .unknownVector(let name): "the collection has no vector '\(name)'"
        case .missingSearchObject(let id): "the object \(id) to search with is not there"
        case .searchObjectHasNoVector(let id): "the object \(id) to search with has no vector"
        case .searchVectorization(let error): "the picture to search with: \(error.message)"
        case .tenantMissing(let collection): "collection \(collection) has tenants; name one"
        case .tenantNotExpected(let collection): "collection \(collection) has no tenants; name none"
        case .tenantNotFound(let name, _): "there is no tenant '\(name)'"
        case .tenantNotActive(let name, _): "the tenant '\(name)' is inactive; activate it first"
        case .multiTenancyDisabled(let collection): "collection \(collection) has no tenants"
        case .invalidTenants(let problem): problem.message
        case .networkMismatch(let collection, let filledBy, let inUse):
            "collection \(collection) was filled through the network \(filledBy), but \(inUse) is in use; start with the "
                + "first one (NEEDLETAIL_IMG2VEC_MODEL) or run `needletail revectorize \(collection)`"
        case .revectorizationUnfinished(let collection):
            "the revectorization of collection \(collection) was interrupted; stop the server and run "
                + "`needletail revectorize \(collection)` to finish it"
        case .unsupported(let feature): "\(feature) is not supported yet"
        case .memoryFull(let held, let limit):
            "the server holds \(held >> 20) MiB of memory, and its limit is \(limit >> 20) MiB (NEEDLETAIL_MEMORY_LIMIT); nothing "
                + "was changed; delete objects or classes or deactivate tenants, which works all the same, or start with a "
                + "larger limit, and try again"
        case .cancelled: "the request was cancelled"
        case .shardNotFound(let name): "there is no shard '\(name)'"
        case .backup(let problem): problem.message
        case .readOnlyShard(let collection, let shard):
            "shard '\(shard)' of collection \(collection) is read-only: somebody set its status"
        }
    }
}

extension Array {
    /// Why nothing of a batch was done, where that passes: the whole of it can be sent again as it is. `nil` if anything was done, or failed
    /// for another reason.
    package func temporaryRefusal<Success>() -> DatabaseError? where Element == Result<Success, DatabaseError> {
        var first: DatabaseError?
        for result in self {
            guard case .failure(let error) = result, error.isTemporary else { return nil }
            first = first ?? error
        }
        return first
    }
}

extension DatabaseError {
    /// Whether it may be carried out if it is asked for again a little later.
    package var isTemporary: Bool {
        switch self {
        case .overloaded, .memoryFull: true
        default: false
        }
    }

    /// Whether a picture gave no vector because of what was sent; `false` where the network or its engine failed.
    package var isFaultOfPicture: Bool {
        switch self {
        case .vectorization(_, let cause), .searchVectorization(let cause): cause.isFaultOfPicture
        default: false
        }
    }
}
