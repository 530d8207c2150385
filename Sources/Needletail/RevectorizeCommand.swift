// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Execution
import Foundation
import ObjectStorage
import Observability

/// `needletail revectorize`: makes the vectors of collections anew from their stored pictures, through the network in use.
struct RevectorizeCommand {
    let settings: Settings
    let collections: Command.Collections

    /// - Returns: 0 if every picture gave a vector, 3 if some did not.
    func run() async throws -> Int32 {
        let pool = ComputePool(threadCount: settings.effectiveComputeThreads)
        let loaded = VectorizerLoading(settings: settings, pool: pool).load()
        print("network: \(loaded.summary)")
        let database = try DatabaseOpening(settings: settings).open(vectorizer: loaded.vectorizer)
        let failures: Int
        do {
            failures = try await revectorize(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        return failures == 0 ? 0 : 3
    }

    private func revectorize(_ database: Database) async throws -> Int {
        let revectorization = Revectorization(database: database)
        let names =
            switch collections {
            case .all: try await revectorization.collectionsInNeed()
            case .named(let names): names
            }
        if names.isEmpty { print("every collection was filled by this network already; nothing to do") }
        var failures = 0
        for name in names {
            let result = try await revectorization.run(collection: name) { progress in
                print("\(name): \(progress.done) of \(progress.total), \(progress.made) vectors made")
            }
            print(
                "\(name): done, \(result.made) vectors made, \(result.failureCount) pictures failed, "
                    + "\(result.withoutPicture) objects without a picture lost the vector they came with")
            for (id, reason) in result.failures { print("  \(id): \(reason)") }
            failures += result.failureCount
        }
        return failures
    }
}
