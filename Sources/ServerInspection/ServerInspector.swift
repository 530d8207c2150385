// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Foundation
import ImageVectorizer
import Observability

/// Tells how the running server fares: what it is, what it takes, what it has been asked, and how it was set up.
///
/// It only looks: nothing that is asked of it changes what is stored or how requests are answered. It blocks for reads of storage
/// and files, so it is asked on the compute pool.
package struct ServerInspector: Sendable {
    /// What stays as it is while the server runs.
    package struct Facts: Sendable {
        package var version: String
        /// The version of Weaviate whose interface is answered.
        package var weaviateVersion: String
        package var start: Date
        package var features: ServerFeatures
        /// In the order of help.
        package var settings: [SettingReport]

        package init(
            version: String, weaviateVersion: String, start: Date, features: ServerFeatures, settings: [SettingReport]
        ) {
            self.version = version
            self.weaviateVersion = weaviateVersion
            self.start = start
            self.features = features
            self.settings = settings
        }
    }

    /// What the transport is doing now.
    package struct Transport: Sendable {
        package var connectionCount: Int
        /// Requests that it turned down by itself.
        package var refusedCount: Int
        /// What requests hold of the memory that all may take together.
        package var memoryInUse: Int
        package var memoryLimit: Int
        /// What the process may hold, mapped files not counted, and what it holds.
        package var processLimit: Int
        package var processHolds: Int

        package init(
            connectionCount: Int, refusedCount: Int, memoryInUse: Int, memoryLimit: Int, processLimit: Int,
            processHolds: Int
        ) {
            self.connectionCount = connectionCount
            self.refusedCount = refusedCount
            self.memoryInUse = memoryInUse
            self.memoryLimit = memoryLimit
            self.processLimit = processLimit
            self.processHolds = processHolds
        }
    }

    package let facts: Facts
    package let log: LogRing
    package let requests: RequestLog
    package let dataFolder: DataFolder
    package let selfTest: SelfTest
    private let sizing: CollectionSizing
    private let database: any InspectionOperations
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let readTransport: @Sendable () -> Transport
    private let readNetwork: @Sendable () -> NetworkReport
    private let readMetrics: @Sendable () throws(DatabaseError) -> String

    /// - Parameters:
    ///   - start: when the process began, by the clock that never goes back.
    ///   - transport: asked each time.
    ///   - background: measures collections; its threads may block and should yield to others.
    ///   - network: asked each time, since the network is loaded after the start.
    ///   - metrics: makes the text for Prometheus.
    package init(
        facts: Facts, start: ContinuousClock.Instant, log: LogRing, requests: RequestLog,
        database: any InspectionOperations, vectorizer: any ImageVectorizing, dataFolder: DataFolder,
        background: any TaskExecutor, transport: @escaping @Sendable () -> Transport,
        network: @escaping @Sendable () -> NetworkReport,
        metrics: @escaping @Sendable () throws(DatabaseError) -> String
    ) {
        self.facts = facts
        self.start = start
        self.log = log
        self.requests = requests
        self.database = database
        self.dataFolder = dataFolder
        selfTest = SelfTest(database: database, vectorizer: vectorizer, dataFolder: dataFolder)
        sizing = CollectionSizing(database: database, executor: background)
        readMetrics = metrics
        readTransport = transport
        readNetwork = network
    }

    package var uptime: Duration { clock.now - start }
    package var transport: Transport { readTransport() }
    package var network: NetworkReport { readNetwork() }

    /// Memory of all vector indexes.
    package var indexMemoryInBytes: Int { database.indexMemoryInBytes }

    /// How far the data may grow.
    package func mapSizeInBytes() throws(DatabaseError) -> Int { try database.storageFigures().mapSizeInBytes }

    /// Every collection, by name, with what it takes as far as that is known.
    package func collections() throws(DatabaseError) -> CollectionsReport {
        let figures = database.collectionFigures()
        let known = try sizing.known(figures.map(\.name))
        return CollectionsReport(
            collections: figures.map { ($0, known.measured[$0.name]) }, isMeasuring: known.isMeasuring)
    }

    /// The text that Prometheus reads.
    package func metrics() throws(DatabaseError) -> String { try readMetrics() }

    /// Ends what goes on in the background.
    package func close() async { await sizing.close() }
}

/// What is told of all collections.
package struct CollectionsReport: Sendable {
    package var collections: [(figures: CollectionFigures, measured: CollectionSizing.Measured?)]
    /// Whether sizes will soon be newer.
    package var isMeasuring: Bool
}

/// What of the server is switched on.
package struct ServerFeatures: Hashable, Sendable {
    /// Folders that imports inside the server may read; 0: there are no such imports.
    package var importRootCount = 0
    /// Whether there are hosts that pictures are fetched from.
    package var fetchesPictures = false
    package var makesBackups = false
    /// Whether thumbnails are kept on disk.
    package var keepsThumbnails = false

    package init() {}
}

/// A setting as it is in effect.
package struct SettingReport: Hashable, Sendable {
    /// Where a value comes from.
    package enum Source: String, Sendable, CaseIterable { case standard = "default", environment, file, flag }

    package var name: String
    /// Of secrets three stars, if there is one.
    package var value: String
    package var defaultValue: String
    package var source: Source
    package var section: String
    /// What it does.
    package var help: String

    package init(
        name: String, value: String, defaultValue: String, source: Source, section: String, help: String
    ) {
        self.name = name
        self.value = value
        self.defaultValue = defaultValue
        self.source = source
        self.section = section
        self.help = help
    }
}

/// The network that makes vectors of pictures, or why there is none.
package enum NetworkReport: Sendable {
    case loaded(LoadedNetwork)
    /// E.g. that it is being loaded. Names no path.
    case none(reason: String)
}

/// A network in use.
package struct LoadedNetwork: Sendable {
    package var identity: NetworkIdentity
    package var license: NetworkLicense
    package var precision: String
    /// `nil` while that is not decided.
    package var streams: String?
    /// Where it comes from, in words; no path.
    package var source: String

    package init(
        identity: NetworkIdentity, license: NetworkLicense, precision: String, streams: String?, source: String
    ) {
        self.identity = identity
        self.license = license
        self.precision = precision
        self.streams = streams
        self.source = source
    }
}
