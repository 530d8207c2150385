// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Execution
import Foundation
import HTTPServer
import ImageVectorizer
import Observability
import ProcessMemory
import ServerInspection

/// Makes of everything that `serve` has opened what `/v1/server` tells.
struct Inspection {
    let settings: Settings
    let start: ContinuousClock.Instant
    let startDate: Date
    let requests: RequestLog
    let listener: HTTPListener
    let memory: MemoryLimit
    let metrics: MetricsEndpoint

    /// - Parameter background: threads that yield to all others.
    func inspector(
        _ database: Database, _ network: VectorizerLoading.Announced, background: ComputePool
    ) -> ServerInspector {
        let facts = ServerInspector.Facts(
            version: Program.version, weaviateVersion: Program.weaviateVersion, start: startDate, features: features,
            settings: SettingsTable.all.map(report))
        return ServerInspector(
            facts: facts, start: start, log: LogSink.standardError.recent, requests: requests, database: database,
            vectorizer: network.vectorizer, dataFolder: DataFolder(path: settings.dataPath), background: background,
            transport: { [listener, memory] in
                let statistics = listener.statistics
                return ServerInspector.Transport(
                    connectionCount: statistics.openConnections, refusedCount: statistics.refusedRequests,
                    memoryInUse: memory.requests.bytesInUse, memoryLimit: memory.requests.limitInBytes,
                    processLimit: memory.plan.limitInBytes, processHolds: memory.gate.figures?.heldBytes ?? 0)
            }, network: { Self.report(on: network) },
            metrics: { [metrics] () throws(DatabaseError) in try metrics.exposition() })
    }

    private var features: ServerFeatures {
        var features = ServerFeatures()
        features.importRootCount = settings.importRoots.count
        features.fetchesPictures = !settings.fetchHosts.isEmpty
        features.makesBackups = settings.enabledModules.contains("backup-filesystem")
        features.keepsThumbnails = settings.thumbnailCacheInBytes > 0
        return features
    }

    private func report(_ setting: Setting) -> SettingReport {
        func shown(_ text: String) -> String { setting.isSecret && !text.isEmpty ? "***" : text }
        let source: SettingReport.Source =
            switch settings.origins[setting.name] {
            case nil: .standard
            case .flag: .flag
            case .environment: .environment
            case .file: .file
            }
        return SettingReport(
            name: setting.name, value: shown(setting.text(settings)), defaultValue: shown(setting.defaultText),
            source: source, section: setting.section.rawValue, help: setting.meaning)
    }

    private static func report(on announced: VectorizerLoading.Announced) -> NetworkReport {
        guard let network = announced.network, let identity = network.network else {
            return .none(
                reason: announced.isLoading
                    ? "it is being loaded" : "there is none; the server's log says why, and how to mend it")
        }
        return .loaded(
            LoadedNetwork(
                identity: identity, license: network.license, precision: network.precisionInUse.rawValue,
                streams: network.streamsInUse.map(\.rawValue), source: network.source))
    }
}
