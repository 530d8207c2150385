// SPDX-License-Identifier: Apache-2.0

/// Everything an operator can set, typed, with its defaults.
///
/// `SettingsTable` names every field (environment name, flag, meaning); `Invocation` reads one of these from flags,
/// environment and an optional file. Nothing reads the environment anywhere else.
package struct Settings: Sendable, Equatable {
    // MARK: Addresses

    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The TCP port of REST and GraphQL; 0 takes a free one.
    package var port = 8080
    /// The scheme of the server's own address; only `http`, since TLS is for a proxy in front of it.
    package var scheme = Scheme.http
    /// Where clients reach this server (`https://search.example`); begins every `href` in answers, if given.
    package var origin = ""
    /// `Access-Control-Allow-Origin` of every answer.
    package var allowedOrigins = "*"
    /// `Access-Control-Allow-Methods` of every answer.
    package var allowedMethods = "*"
    /// `Access-Control-Allow-Headers` of every answer.
    package var allowedHeaders =
        "Content-Type, Authorization, Batch, X-Weaviate-Api-Key, X-Weaviate-Client, X-Weaviate-Client-Integration, "
        + "X-Weaviate-Cluster-Url"
    /// The TCP port of gRPC; 0 takes a free one.
    package var grpcPort = 50051
    /// The largest gRPC message; clients read it from `/v1/meta`.
    package var grpcMaximumMessageBytes = 104_858_000
    /// The name of this node in `/v1/nodes`; empty means the machine's host name.
    package var nodeName = ""

    // MARK: Requests

    /// What the process may hold itself; `nil` means most of what the machine or the container has.
    package var memoryLimitInBytes: Int?
    /// How many connections there may be at a time.
    package var maximumConnections = 4096
    /// The largest body of one request, also after unpacking.
    package var maximumRequestBytes = 256 << 20
    /// The memory that all requests may take together, for bodies and for what is decoded from them.
    package var maximumBufferedBytes = 1 << 30
    /// From the first byte of a request to the last byte of its body, and again from there to its answer.
    package var requestTimeout = Duration.seconds(300)
    /// How long a kept-alive connection may be silent.
    package var idleTimeout = Duration.seconds(180)
    /// How long requests that are under way may take to end after SIGTERM.
    package var drainTimeout = Duration.seconds(30)
    /// Threads for searches, decoding and encoding; 0 means one for each core.
    package var computeThreads = 0

    // MARK: Data

    /// The data folder.
    package var dataPath = "./data"
    package var backupPath = ""
    /// Address space set aside for the database; the file takes only what the data needs.
    package var mapSizeInBytes = 1 << 40
    /// The folders that imports inside the server may read; empty for no such imports.
    package var importRoots: [String] = []
    /// How many imports inside the server there may be at a time.
    package var importLimit = 2
    /// How long it takes from one look for objects that have expired to the next.
    package var expirationInterval = Duration.seconds(60)
    /// Whether vector indexes are loaded at the start, or each when it is first used.
    package var loadsShardsAtStart = true

    // MARK: Queries

    /// Results of a REST list that does not say how many.
    package var defaultLimit = 10
    /// Results of a GraphQL query that does not say how many.
    package var defaultLimitGraphQL = 100
    /// The largest offset + limit, and the most objects that one batch delete removes.
    package var maximumResults = 10_000
    /// Candidates of a boost that names no depth.
    package var defaultBoostDepth = 100
    /// The largest product of different words and properties in a keyword search, and the most values in a filter.
    package var maximumQueryTerms = 250_000

    // MARK: Schema

    /// Whether objects of unknown classes or with unknown properties extend the schema.
    package var autoSchemaEnabled = true
    /// What a JSON number becomes in a property that is made so.
    package var autoSchemaNumber = AutoSchemaNumber.number
    /// What a JSON string becomes in a property that is made so.
    package var autoSchemaString = AutoSchemaString.text
    /// What an RFC 3339 text becomes in a property that is made so.
    package var autoSchemaDate = AutoSchemaDate.date
    /// The vectorizer of classes that name none.
    package var defaultVectorizer = DefaultVectorizer.none
    /// The modules that classes may name.
    package var enabledModules = ["img2vec-neural", "backup-filesystem"]
    /// The metric of classes that name none.
    package var defaultDistance = DistanceMetric.cosine
    /// The kind of vector index of classes that name none.
    package var defaultVectorIndex = VectorIndexType.hnsw
    /// Whether classes may have a dynamic vector index.
    package var hasAsyncIndexing = false

    // MARK: Pictures

    /// The network that makes vectors of pictures.
    package var imageModel = ImageModel.resNet50
    /// In which precision it runs.
    package var imagePrecision = ImagePrecision.auto
    /// How many pictures the engine works on at once where many wait.
    package var inferenceStreams = InferenceStreamsName.auto
    /// The folder that holds downloaded weights; empty means `models` inside the data folder.
    package var modelsPath = ""
    /// The folder that holds OpenVINO's libraries; empty means the usual places (`Places`).
    package var openVINOPath = ""
    /// The largest picture that is decoded: width x height.
    package var maximumImagePixels = 178_956_970
    /// What all decoders together may hold at one time.
    package var imageMemoryInBytes = 128 << 20
    /// What thumbnails may take on disk; 0: none are kept.
    package var thumbnailCacheInBytes = 512 << 20
    /// Accepted and not used: inference runs inside this process.
    package var imageInferenceAPI = ""
    /// The TCP port on which another Weaviate finds the network; 0 for none.
    package var inferencePort = 0
    /// The address of that port; empty means that of the rest.
    package var inferenceHost = ""
    /// The hosts that pictures may be fetched from: `name`, `*.name`, `name:port`; without any, nothing is fetched.
    package var fetchHosts: [String] = []
    /// Networks that these hosts may be in although they are not public: `10.1.0.0/16`.
    package var fetchNetworks: [String] = []
    /// The largest picture that is fetched.
    package var fetchMaximumBytes = 32 << 20
    /// How long fetching a picture may take.
    package var fetchTimeout = Duration.seconds(20)

    // MARK: Access

    /// Whether requests without a key are answered; `nil` means yes unless API keys are on.
    package var anonymousAccess: Bool?
    /// Whether requests may bring an API key.
    package var apiKeysEnabled = false
    /// The keys that are accepted. Secret: never logged.
    package var apiKeys: [String] = []
    /// The user of each key, in the order of the keys; or one for all of them.
    package var apiKeyUsers: [String] = []
    /// The key that `needletail import` sends to a server. Secret: never logged.
    package var clientKey = ""

    // MARK: Console

    /// Whether there is a web page under `/console`.
    package var consoleEnabled = true
    /// Hosts that the page may show pictures from.
    package var consoleImageHosts: [String] = []
    /// A folder that holds the page in place of the program; empty for none.
    package var consolePath = ""

    // MARK: Monitoring

    /// Whether `GET /metrics` is answered, on a port of its own.
    package var monitoringEnabled = false
    /// The TCP port of `GET /metrics`.
    package var monitoringPort = 2112
    /// The share of vector searches that is answered again exactly, to see the recall; 0 for none.
    package var recallSampleRate = 0.01

    // MARK: Logs

    /// The least severe level that is logged.
    package var logLevel = LogLevelName.info
    /// How a line of the log looks.
    package var logFormat = LogFormatName.text
    /// Accepted and not used: nothing is ever sent.
    package var disableTelemetry = false

    /// Where each value came from that is not the default, by environment name.
    package internal(set) var origins: [String: SettingOrigin] = [:]

    /// The defaults.
    package init() {}

    /// Makes every value look as if it were a default, so that two sets of settings compare by their values alone.
    package mutating func forgetOrigins() { origins = [:] }

    /// Whether requests without a key are answered.
    package var allowsAnonymousAccess: Bool { anonymousAccess ?? !apiKeysEnabled }

    /// Where weights lie.
    /// Where backups lie.
    package var effectiveBackupPath: String { backupPath.isEmpty ? dataPath + "/backups" : backupPath }
    package var effectiveModelsPath: String { modelsPath.isEmpty ? dataPath + "/models" : modelsPath }
}

/// Where a value was given.
package enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case flag(String)
    case environment
    case file(path: String, line: Int)

    package var description: String {
        switch self {
        case .flag(let flag): "flag \(flag)"
        case .environment: "environment"
        case .file(let path, let line): "\(path), line \(line)"
        }
    }
}

package enum Scheme: String, Sendable, CaseIterable { case http }

package enum AutoSchemaNumber: String, Sendable, CaseIterable { case number, int }

package enum AutoSchemaString: String, Sendable, CaseIterable { case text, string }

package enum AutoSchemaDate: String, Sendable, CaseIterable { case date }

package enum DefaultVectorizer: String, Sendable, CaseIterable {
    case none
    case img2vecNeural = "img2vec-neural"
}

package enum DistanceMetric: String, Sendable, CaseIterable {
    case cosine, dot, manhattan, hamming
    case l2Squared = "l2-squared"
}

package enum VectorIndexType: String, Sendable, CaseIterable { case hnsw, flat }

package enum ImagePrecision: String, Sendable, CaseIterable { case auto, fp32, bf16, int8 }

package enum InferenceStreamsName: String, Sendable, CaseIterable { case auto, single, percore }

package enum LogLevelName: String, Sendable, CaseIterable { case panic, fatal, error, warning, info, debug, trace }

package enum LogFormatName: String, Sendable, CaseIterable { case text, json }

/// Which network turns pictures into vectors.
package enum ImageModel: Sendable, Equatable {
    case resNet50
    case efficientNetLite0
    /// The path of any ONNX file with one image input.
    case file(path: String)

    package var text: String {
        switch self {
        case .resNet50: "resnet50"
        case .efficientNetLite0: "efficientnet-lite0"
        case .file(let path): path
        }
    }
}
