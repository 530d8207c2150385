// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import HTTPServer

/// The words and statuses in which the REST API passes on what the database refuses.
///
/// Clients look for some phrases (`already exists`, `vectorize target vector`, `fail with status 500`); they stay, and
/// what is wrong and how to mend it follows. A picture that can't be read is the sender's mistake: 422, and nothing but
/// what is wrong with the property.
enum ErrorMapping {
    /// In which kind of request the error came up.
    enum Operation {
        case schema
        case create(givesID: Bool)
        case replace
        /// Validate, and what is like it.
        case write
        case delete
        /// Merge, whose errors have a form of their own.
        case merge
        case read
        /// Of `/v1/search`, which is not Weaviate's: what is wrong and nothing before it.
        case search
        case list
        case batchDelete
        case backup
        case changeReferences(adds: Bool)
        case alias
    }

    static func refusal(_ error: DatabaseError, in operation: Operation) -> Refusal {
        var refusal = plainRefusal(error, in: operation)
        if error.isTemporary { refusal.response.headers.append(("Retry-After", "1")) }
        return refusal
    }

    private static func plainRefusal(_ error: DatabaseError, in operation: Operation) -> Refusal {
        let (status, kind) = meaning(of: error)
        if kind == .tenant { return TenantRefusal.refusal(error, in: operation) }
        let text = text(of: error, kind)
        switch operation {
        case .schema: return .schema(status, text)
        case .create, .replace, .write: return kind == .missingObject ? .notFound : .handler(status, text)
        case .delete: return kind == .missingObject ? .notFound : .handler(status, deleteText(error, text))
        case .read: return isMissing(kind) ? .notFound : .handler(status, text)
        case .list: return .handler(isMissing(kind) ? 404 : status, wrapped(text, "list objects", status))
        case .merge: return isMissing(kind) ? .notFound : .handler(status, mergeText(error, kind, text, status))
        case .batchDelete: return batchDeleteRefusal(error, kind, text, status)
        case .backup: return .handler(status, text)
        case .search: return .handler(kind == .missingCollection ? 404 : status, error.wording)
        case .alias: return status == 404 ? .notFound : .handler(status, text)
        case .changeReferences(let adds):
            return isMissing(kind)
                ? .notFound : .handler(status, wrapped(text, referenceStep(error, adds: adds), status))
        }
    }

    /// Where a change of references was refused.
    private static func referenceStep(_ error: DatabaseError, adds: Bool) -> String {
        switch error {
        case .invalidReference(.missingTarget), .invalidReference(.unknownCollection): "validate existence"
        case .invalidReference: adds ? "validate inputs" : "bad inputs"
        default: adds ? "add reference to repo" : "repo.putobject"
        }
    }

    /// `msg:WHAT code:N err:WHY`; the code is the one inside, where a user's mistake is 400.
    static func wrapped(_ reason: String, _ what: String, _ status: Int = 422) -> String {
        "msg:\(what) code:\(status == 422 ? 400 : status) err:\(reason)"
    }

    /// What the texts of errors differ by.
    private enum Kind {
        case missingCollection, missingObject, invalidObject, picture, vectorization, vectorLength, query, readOnly,
            tenant, reference
        case other
    }

    /// The status of every error there is, and its kind.
    private static func meaning(of error: DatabaseError) -> (status: Int, kind: Kind) {
        switch error {
        case .collectionNotFound: (422, .missingCollection)
        case .objectNotFound: (404, .missingObject)
        case .invalidObject: (422, .invalidObject)
        case .invalidReference: (422, .reference)
        case .alias(.invalidName), .alias(.unknownCollection): (422, .other)
        case .alias(.nameOfCollection), .alias(.exists): (500, .other)
        case .alias(.notFound): (404, .other)
        case .vectorization: error.isFaultOfPicture ? (422, .picture) : (500, .vectorization)
        case .dimensionMismatch: (500, .vectorLength)
        case .invalidQuery, .missingSearchObject, .searchObjectHasNoVector: (422, .query)
        case .collectionExists, .similarCollectionExists, .invalidDefinition, .objectExists, .unknownVector,
            .multiTenancyDisabled, .invalidTenants, .networkMismatch, .revectorizationUnfinished:
            (422, .other)
        case .tenantMissing, .tenantNotExpected, .tenantNotFound, .tenantNotActive: (422, .tenant)
        case .readOnlyShard: (500, .readOnly)
        case .shardNotFound: (404, .other)
        case .searchVectorization: error.isFaultOfPicture ? (422, .query) : (500, .other)
        case .storage: (500, .other)
        case .unsupported: (501, .other)
        case .overloaded, .memoryFull, .cancelled: (503, .other)
        case .storageFull: (507, .other)
        case .backup(let problem): (status(of: problem), .other)
        }
    }

    private static func status(of problem: BackupProblem) -> Int {
        switch problem {
        case .notFound, .restoreNotFound: 404
        case .folderNotUsable: 500
        default: 422
        }
    }

    private static func text(of error: DatabaseError, _ kind: Kind) -> String {
        switch kind {
        case .vectorization: "vectorize target vector : update vector: fail with status 500: \(error.wording)"
        case .vectorLength: "put object: \(error.wording)"
        case .readOnly: readOnlyText(error)
        case .reference: referenceText(error)
        case .missingCollection, .missingObject, .invalidObject, .picture, .query, .tenant, .other: error.wording
        }
    }

    private static func referenceText(_ error: DatabaseError) -> String {
        switch error {
        case .invalidReference(.missingTarget), .invalidReference(.unknownCollection):
            "validate reference: \(error.wording)"
        default: error.wording
        }
    }

    private static func readOnlyText(_ error: DatabaseError) -> String {
        guard case .readOnlyShard(let collection, _) = error else { return error.wording }
        return "put object: import into index \(collection.lowercased()): put local object: \(error.wording)"
    }

    private static func deleteText(_ error: DatabaseError, _ text: String) -> String {
        guard case .readOnlyShard(let collection, _) = error else { return text }
        return
            "could not delete object from vector repo: delete from index \(collection.lowercased()): \(error.wording)"
    }

    private static func mergeText(_ error: DatabaseError, _ kind: Kind, _ text: String, _ status: Int) -> String {
        switch kind {
        case .invalidObject: wrapped(error.wordingInBatch, "bad request", status)
        case .vectorization: wrapped(text, "merge and vectorize", status)
        case .missingCollection, .missingObject, .picture, .vectorLength, .query, .readOnly, .tenant, .reference,
            .other:
            wrapped(text, status == 422 ? "bad request" : "repo.merge", status)
        }
    }

    /// A filter that cannot be answered says so in the words of the original, where it is found out in the shard. It is the sender's
    /// mistake all the same.
    private static func batchDeleteRefusal(
        _ error: DatabaseError, _ kind: Kind, _ text: String, _ status: Int
    ) -> Refusal {
        guard case .invalidQuery(let problem) = error else { return .handler(status, batchDeleteText(kind, text)) }
        return problem.isUnanswerableFilter
            ? .handler(status, "batch delete objects: cannot find objects: docIds: \(problem.wordingInFilter)")
            : .handler(status, batchDeleteText(kind, problem.wordingInFilter))
    }

    private static func batchDeleteText(_ kind: Kind, _ text: String) -> String {
        switch kind {
        case .query: "validate: invalid where filter: \(text)"
        case .missingCollection: "validate: failed to get class: \(text)"
        case .missingObject, .invalidObject, .picture, .vectorization, .vectorLength, .readOnly, .tenant, .reference,
            .other:
            "batch delete objects: \(text)"
        }
    }

    private static func isMissing(_ kind: Kind) -> Bool { kind == .missingCollection || kind == .missingObject }
}
