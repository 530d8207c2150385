// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Foundation
import ObjectStorage
import Observability

/// `needletail check`: verifies everything stored, of a stopped or a running server, and says what it found.
struct CheckCommand {
    let settings: Settings

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
        let indexFindings = try IndexCheck(environment: environment).run { print($0) }
        for finding in indexFindings { print("damaged: \(finding)") }
        let count = report.findingCount + indexFindings.count
        if count == 0 {
            print("all is right")
            return 0
        }
        print("\(count) findings; restore a backup, or copy what can be read into a new folder")
        return 3
    }
}
