// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore

/// What is said of a tenant that a request must name, must not name, or names in vain: status 422, and what stands before the
/// reason differs by what was asked for.
enum TenantRefusal {
    static func refusal(_ error: DatabaseError, in operation: ErrorMapping.Operation) -> Refusal {
        let reason = error.wording
        let index = collection(of: error).lowercased()
        switch operation {
        case .schema: return .schema(422, reason)
        case .write: return .handler(422, reason)
        case .create(let givesID): return .handler(422, createText(error, givesID: givesID, index))
        case .replace, .read:
            return .handler(422, "repo: object by id: search index \(index): determine shard: \(reason)")
        case .delete:
            return .handler(
                422, "delete object from vector repo: delete from index \(index): determine shard: \(reason)")
        case .list: return .handler(422, "msg:search index \(index) code:422 err:\(reason)")
        case .merge:
            return .handler(422, "msg:repo.object code:422 err:search index \(index): determine shard: \(reason)")
        case .backup, .alias, .search: return .handler(422, reason)
        case .changeReferences:
            return .handler(
                422,
                "msg:source object code:422 err:repo: object by id: search index \(index): determine shard: \(reason)")
        case .batchDelete: return .handler(422, "batch delete objects: cannot find objects: \(reason)")
        }
    }

    /// Whether an id is taken is looked up first, where a tenant may be one that is still to be created.
    private static func createText(_ error: DatabaseError, givesID: Bool, _ index: String) -> String {
        if case .tenantNotFound = error { return stored(error.wording, in: index) }
        return givesID ? "determine shard: \(error.wording)" : stored(error.wording, in: index)
    }

    private static func stored(_ reason: String, in index: String) -> String {
        "put object: import into index \(index): determine shard: \(reason)"
    }

    private static func collection(of error: DatabaseError) -> String {
        switch error {
        case .tenantMissing(let collection), .tenantNotExpected(let collection), .tenantNotFound(_, let collection),
            .tenantNotActive(_, let collection):
            collection
        default: ""
        }
    }
}
