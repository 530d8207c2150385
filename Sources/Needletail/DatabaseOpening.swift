// SPDX-License-Identifier: Apache-2.0

import Configuration
import DataModel
import DatabaseCore
import Foundation
import ImageVectorizer
import ObjectStorage
import Observability
import ProcessMemory

/// Opens the database in the data folder as the settings say.
struct DatabaseOpening {
    let settings: Settings
    /// Where writes wait for memory; without a limit, nowhere.
    var memory = MemoryGate()

    var logger: Logger {
        Logger(
            level: Logger.Level(name: settings.logLevel.rawValue) ?? .info,
            format: Logger.Format(rawValue: settings.logFormat.rawValue) ?? .text)
    }

    func open(vectorizer: any ImageVectorizing) throws -> Database {
        var options = StorageEnvironment.Options()
        options.mapSizeInBytes = settings.mapSizeInBytes
        var databaseSettings = DatabaseSettings(settings)
        if let plan = memory.plan {
            options.runsInBytes = plan.runBytes(atMost: options.runsInBytes)
            databaseSettings.queuedBytes = plan.queuedBytes(atMost: databaseSettings.queuedBytes)
        }
        let environment = try StorageEnvironment.open(folder: settings.dataPath, options: options)
        do {
            return try Database(
                environment: environment, vectorizer: vectorizer, settings: databaseSettings, logger: logger,
                memory: memory, maintenanceThreads: ProcessInfo.processInfo.activeProcessorCount,
                clock: Self.millisecondsSince1970)
        } catch {
            environment.close()
            throw error
        }
    }

    static let millisecondsSince1970: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) }
}

extension DatabaseSettings {
    init(_ settings: Settings) {
        self.init()
        defaultLimit = settings.defaultLimit
        defaultGraphQLLimit = settings.defaultLimitGraphQL
        maximumResults = settings.maximumResults
        defaultBoostDepth = settings.defaultBoostDepth
        maximumQueryTerms = settings.maximumQueryTerms
        hasAutoSchema = settings.autoSchemaEnabled
        autoSchemaNumber = settings.autoSchemaNumber == .int ? .int : .number
        autoSchemaTokenization = settings.autoSchemaString == .string ? .whitespace : .word
        defaultVectorizer = settings.defaultVectorizer.rawValue
        defaultMetric = settings.defaultDistance.rawValue
        defaultIndexKind = settings.defaultVectorIndex == .flat ? .flat : .hnsw
        hasAsyncIndexing = settings.hasAsyncIndexing
        modules = Set(settings.enabledModules)
        recallSampleShare = settings.recallSampleRate
        loadsShardsAtStart = settings.loadsShardsAtStart
        threadsPerRequest = settings.effectiveComputeThreads
        backupFolder = modules.contains("backup-filesystem") ? settings.effectiveBackupPath : nil
    }
}

extension Settings {
    /// `computeThreads`, or one for each core.
    var effectiveComputeThreads: Int {
        computeThreads > 0 ? computeThreads : ProcessInfo.processInfo.activeProcessorCount
    }
}
