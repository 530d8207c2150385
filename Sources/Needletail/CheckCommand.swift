// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Foundation
import ObjectStorage
import Observability

/// `needletail check`: verifies everything stored, of a stopped or a running server, and says what it found.
///
/// With queries to spend it measures the recall of the vector indexes too.
struct CheckCommand {
    let settings: Settings
    /// How many queries each vector index is asked; `nil` for none.
    let recallQueries: Int?

    /// - Returns: 0 if all is right, 3 if anything was found.
    func run() throws -> Int32 {
        var options = StorageEnvironment.Options()
        options.isReadOnly = true
        options.checksPages = true
        options.mapSizeInBytes = settings.mapSizeInBytes
        let environment = try StorageEnvironment.open(folder: settings.dataPath, options: options)
        defer { environment.close() }
        let report = try environment.checkInvariants()
        print(
            "\(settings.dataPath): \(report.collectionCount) collections, \(report.objectCount) objects, "
                + "\(report.blobCount) blobs, \(report.vectorCount) vectors, \(report.entryCount) entries")
        for finding in report.findings { print("damaged: \(finding.key): \(finding.problem)") }
        let indexFindings = try DatabaseCheck(environment: environment).run { print($0) }
        for finding in indexFindings { print("damaged: \(finding)") }
        let damageCount = report.findingCount + indexFindings.count
        let recallFindings = try recallQueries.map { try checkRecall(of: environment, queryCount: $0) } ?? []
        let count = damageCount + recallFindings.count
        if count == 0 {
            print("all is right")
            return 0
        }
        print(
            "\(count) findings; "
                + (damageCount > 0
                    ? "restore a backup, or copy what can be read into a new folder"
                    : "nothing that is stored is damaged"))
        return 3
    }

    private func checkRecall(of environment: StorageEnvironment, queryCount: Int) throws -> [String] {
        let check = RecallCheck(environment: environment, queryCount: queryCount)
        let findings = try check.run(report: { print($0) }, progress: { Console.tell($0) })
        for finding in findings { print("low recall: \(finding)") }
        return findings
    }
}
