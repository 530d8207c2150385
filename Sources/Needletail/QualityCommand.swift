// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import Configuration
import DatabaseCore
import Execution
import Foundation
import ImageVectorizer
import JSON
import RESTAPI

/// `needletail quality`: measures how well near vectors mean equal labels, and prints tables.
struct QualityCommand {
    let settings: Settings
    let options: QualityOptions

    /// - Returns: 0; 1 if it can't be measured, after saying why.
    func run() async throws -> Int32 {
        let meter = ProgressLine(isShown: !options.printsJSON)
        let result: JSONValue
        do {
            result =
                switch options.place {
                case .folder: try await measureFolder(meter)
                case .server(let address):
                    try await ServerMeasurement(address: address, key: settings.clientKey, options: options).run(meter)
                }
        } catch {
            meter.end()
            throw error
        }
        meter.end()
        if options.printsJSON {
            print(String(decoding: result.encoded, as: UTF8.self))
        } else {
            print(QualityTable(result).text, terminator: "")
        }
        return 0
    }

    /// In this process.
    private func measureFolder(_ meter: ProgressLine) async throws -> JSONValue {
        let pool = ComputePool(threadCount: settings.effectiveComputeThreads)
        let database = try DatabaseOpening(settings: settings)
            .open(vectorizer: EmptyVectorizer(reason: "only stored vectors are measured"))
        do {
            let run = QualityRun(database: database, request: request, width: pool.threadCount)
            let report = try await Task(executorPreference: pool) {
                try await run.run { done, total in meter.show(done, of: total) }
            }.value
            await database.close()
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("class", .string(request.target.collection))
            writer.member("label", .string(request.label))
            QualityEncoder.write(report, to: &writer)
            writer.endObject()
            return try JSONValue(parsing: writer.bytes)
        } catch {
            await database.close()
            throw error
        }
    }

    private var request: QualityRequest {
        let sample: QualityRequest.Sample = if case .count(let count) = options.sample { .count(count) } else { .all }
        let target = InsightsTarget(
            collection: CollectionName.normalized(options.collection), tenant: options.tenant, vector: options.vector)
        return QualityRequest(target: target, label: options.label, sample: sample)
    }
}

enum QualityCommandError: Error {
    /// What a server, or the way to it, had to say.
    case server(String)

    var message: String {
        switch self {
        case .server(let text): text
        }
    }
}
