// SPDX-License-Identifier: Apache-2.0

/// Every setting there is. Help, `Config/needletail.env`, `needletail config` and the reader all come from here.
package enum SettingsTable {
    /// Every setting, in the order of help.
    package static let all: [Setting] =
        addresses + requests + data + queries + schema + pictures + access + console + monitoring + logs

    /// The setting of this environment name; `nil` if there is none. O(1).
    package static func setting(named name: String) -> Setting? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let addresses = [
        Setting(
            "HOST", \.host, .text, flag: "--host", in: .addresses,
            "The address to listen on; 0.0.0.0 listens on all of the machine's."),
        Setting(
            "PORT", \.port, .integer(0...65535), flag: "--port", in: .addresses,
            "The port of REST and GraphQL; 0 takes a free one."),
        Setting(
            "NEEDLETAIL_SCHEME", \.scheme, .choice, flag: "--scheme", in: .addresses,
            "The protocol. For https put a proxy in front."),
        Setting(
            "ORIGIN", \.origin, .text, in: .addresses,
            "Where clients reach the server, such as https://search.example; begins the links in answers."),
        Setting(
            "CORS_ALLOW_ORIGIN", \.allowedOrigins, .text, in: .addresses,
            "Access-Control-Allow-Origin of every answer. Only pages of an origin that is named may change data without a key."
        ),
        Setting(
            "CORS_ALLOW_METHODS", \.allowedMethods, .text, in: .addresses,
            "Access-Control-Allow-Methods of every answer."),
        Setting(
            "CORS_ALLOW_HEADERS", \.allowedHeaders, .text, in: .addresses,
            "Access-Control-Allow-Headers of every answer."),
        Setting(
            "GRPC_PORT", \.grpcPort, .integer(0...65535), in: .addresses,
            "The port of gRPC; 0 takes a free one."),
        Setting(
            "GRPC_MAX_MESSAGE_SIZE", \.grpcMaximumMessageBytes, .bytes(1024...(1 << 31)), in: .addresses,
            "The largest gRPC message, each way. Clients read it from /v1/meta."),
        Setting(
            "CLUSTER_HOSTNAME", \.nodeName, .text, in: .addresses,
            "The name of this node in /v1/nodes; nothing means the machine's host name."),
    ]

    private static let requests = [
        Setting(
            "NEEDLETAIL_MEMORY_LIMIT", \.memoryLimitInBytes, .automaticBytes((64 << 20)...(1 << 44)), in: .requests,
            "What the process may hold, mapped files not counted; auto takes 80 % of what the container or the machine has. Near it "
                + "writes become slower, then they are refused with 503; searches and deletions go on."),
        Setting(
            "NEEDLETAIL_MAX_CONNECTIONS", \.maximumConnections, .integer(1...100_000), in: .requests,
            "Connections open at one time; more are refused."),
        Setting(
            "NEEDLETAIL_MAX_REQUEST_BYTES", \.maximumRequestBytes, .bytes(1024...(1 << 31)), in: .requests,
            "The largest request body; a larger one is answered with status 413."),
        Setting(
            "NEEDLETAIL_MAX_BUFFERED_BYTES", \.maximumBufferedBytes, .bytes(1024...(1 << 40)), in: .requests,
            "The memory that all requests may take together for bodies and what is decoded from them; 503 when others hold it, "
                + "413 for one that would never fit."),
        Setting(
            "NEEDLETAIL_REQUEST_TIMEOUT", \.requestTimeout, .duration(.milliseconds(100) ... .seconds(86_400)),
            in: .requests, "How long a request may take to arrive, and again how long its answer may take."),
        Setting(
            "NEEDLETAIL_IDLE_TIMEOUT", \.idleTimeout, .duration(.seconds(1) ... .seconds(86_400)), in: .requests,
            "How long a connection that is kept open may be silent."),
        Setting(
            "NEEDLETAIL_DRAIN_TIMEOUT", \.drainTimeout, .duration(.seconds(0) ... .seconds(3600)), in: .requests,
            "How long requests under way may take to end after SIGTERM."),
        Setting(
            "NEEDLETAIL_COMPUTE_THREADS", \.computeThreads, .integer(0...1024), in: .requests,
            "Threads for searches and pictures; 0 means one for each core."),
    ]

    private static let data = [
        Setting(
            "PERSISTENCE_DATA_PATH", \.dataPath, .path, flag: "--data", in: .data,
            "The folder that holds the database. It is made if it is not there."),
        Setting(
            "NEEDLETAIL_MAP_SIZE", \.mapSizeInBytes, .bytes((1 << 24)...(1 << 46)), in: .data,
            "Address space set aside for the database, the most it can hold. It takes disk space only for what is stored."
        ),
        Setting(
            "BACKUP_FILESYSTEM_PATH", \.backupPath, .optionalPath("'backups' in the data folder"), in: .data,
            "The folder that holds backups, which the module backup-filesystem makes; best on another disk. Nothing means "
                + "'backups' in the data folder."),
        Setting(
            "NEEDLETAIL_IMPORT_ROOTS", \.importRoots, .paths, in: .data,
            "The folders, with colons between them, below which POST /v1/imports may read pictures of this machine. Nothing means "
                + "that there are no such imports."),
        Setting(
            "NEEDLETAIL_IMPORT_LIMIT", \.importLimit, .integer(1...100), in: .data,
            "How many imports of POST /v1/imports may be under way at one time."),
        Setting(
            "NEEDLETAIL_TTL_INTERVAL", \.expirationInterval, .duration(.seconds(1) ... .seconds(86_400)), in: .data,
            "How often objects that have expired (objectTtlConfig) are looked for and deleted."),
        Setting(
            "DISABLE_LAZY_LOAD_SHARDS", \.loadsShardsAtStart, .boolean, in: .data,
            "Whether the vector indexes of all shards are loaded before the server is ready; false loads each when it is first used."
        ),
    ]

    private static let queries = [
        Setting(
            "QUERY_DEFAULTS_LIMIT", \.defaultLimit, .integer(1...1_000_000), in: .queries,
            "Results of a REST request that names no limit."),
        Setting(
            "QUERY_DEFAULTS_LIMIT_GRAPHQL", \.defaultLimitGraphQL, .integer(1...1_000_000), in: .queries,
            "Results of a GraphQL query that names no limit."),
        Setting(
            "QUERY_MAXIMUM_RESULTS", \.maximumResults, .integer(1...10_000_000), in: .queries,
            "The most that limit and offset may come to together."),
        Setting(
            "QUERY_BOOST_DEFAULT_DEPTH", \.defaultBoostDepth, .integer(1...1_000_000), in: .queries,
            "How many candidates a boost chooses from that names no depth."),
        Setting(
            "NEEDLETAIL_QUERY_MAXIMUM_TERMS", \.maximumQueryTerms, .integer(1...100_000_000), in: .queries,
            "The most values a filter may have, or words of a keyword search times the properties it searches."
        ),
    ]

    private static let schema = [
        Setting(
            "AUTOSCHEMA_ENABLED", \.autoSchemaEnabled, .boolean, in: .schema,
            "Whether classes and properties that are not known yet are made from the objects sent."),
        Setting(
            "AUTOSCHEMA_DEFAULT_NUMBER", \.autoSchemaNumber, .choice, in: .schema,
            "The data type that auto-schema gives to numbers."),
        Setting(
            "AUTOSCHEMA_DEFAULT_STRING", \.autoSchemaString, .choice, in: .schema,
            "The data type that auto-schema gives to texts."),
        Setting(
            "AUTOSCHEMA_DEFAULT_DATE", \.autoSchemaDate, .choice, in: .schema,
            "The data type that auto-schema gives to dates."),
        Setting(
            "DEFAULT_VECTORIZER_MODULE", \.defaultVectorizer, .choice, in: .schema,
            "The vectorizer of a new class that names none."),
        Setting(
            "ENABLE_MODULES", \.enabledModules, .list, in: .schema,
            "Modules to switch on: img2vec-neural, backup-filesystem. Names that are not known only warn."),
        Setting(
            "DEFAULT_VECTOR_DISTANCE_METRIC", \.defaultDistance, .choice, in: .schema,
            "The distance of a new class that names none."),
        Setting(
            "DEFAULT_VECTOR_INDEX", \.defaultVectorIndex, .choice, in: .schema,
            "The vector index of a new class that names none."),
        Setting(
            "ASYNC_INDEXING", \.hasAsyncIndexing, .boolean, in: .schema,
            "Whether classes may have the vectorIndexType dynamic, as in Weaviate; vectors get their links in the background either way."
        ),
    ]

    private static let pictures = [
        Setting(
            "NEEDLETAIL_IMG2VEC_MODEL", \.imageModel, .imageModel, flag: "--model", in: .pictures,
            "The network that turns pictures into vectors: resnet50 (2048 values), efficientnet-lite0 (1280 values, in the "
                + "repository), or the path of any ONNX file with one image input."),
        Setting(
            "NEEDLETAIL_IMG2VEC_PRECISION", \.imagePrecision, .choice, flag: "--precision", in: .pictures,
            "The numbers inference computes with; auto takes bf16 where the processor has it and the network bears it."),
        Setting(
            "NEEDLETAIL_INFERENCE_STREAMS", \.inferenceStreams, .choice, in: .pictures,
            "How inference takes many pictures: one after another, each by all threads (single), one a thread (percore), or what "
                + "takes more of them in a second, as the first ones show (auto). A picture alone is always taken by all threads."
        ),
        Setting(
            "NEEDLETAIL_MODELS_PATH", \.modelsPath, .optionalPath("'models' in the data folder"), in: .pictures,
            "The folder that holds downloaded weights; nothing means 'models' in the data folder."),
        Setting(
            "NEEDLETAIL_OPENVINO_LIB", \.openVINOPath, .optionalPath("the usual places"), in: .pictures,
            "The folder that holds OpenVINO's libraries; nothing means where the set-up puts them."),
        Setting(
            "NEEDLETAIL_IMAGE_MAX_PIXELS", \.maximumImagePixels, .integer(1...1_000_000_000), in: .pictures,
            "The most pixels a picture may have. A header that promises more is refused before anything is decoded."),
        Setting(
            "NEEDLETAIL_IMAGE_MEMORY", \.imageMemoryInBytes, .bytes((16 << 20)...(1 << 40)), in: .pictures,
            "What all decoders together may hold; a picture that needs what others hold waits, one that needs more is refused."
        ),
        Setting(
            "NEEDLETAIL_THUMBNAIL_CACHE", \.thumbnailCacheInBytes, .bytes(0...(1 << 44)), in: .pictures,
            "What thumbnails may take on disk, in 'thumbnails' in the data folder; 0 keeps none. What is lost is made again."
        ),
        Setting(
            "IMAGE_INFERENCE_API", \.imageInferenceAPI, .text, in: .pictures,
            "Accepted and not used: inference runs inside this process."),
        Setting(
            "NEEDLETAIL_INFERENCE_PORT", \.inferencePort, .integer(0...65535), in: .pictures,
            "A port on which another Weaviate finds the network, as in the container of img2vec-neural (its "
                + "IMAGE_INFERENCE_API), without a key; 0 opens none."),
        Setting(
            "NEEDLETAIL_INFERENCE_HOST", \.inferenceHost, .text, in: .pictures,
            "The address of that port; nothing means that of the rest (HOST)."),
        Setting(
            "NEEDLETAIL_FETCH_HOSTS", \.fetchHosts, .list, in: .pictures,
            "The hosts that pictures may be fetched from by their URL, such as pictures.example.org, *.example.org or "
                + "host.example:8443; nothing fetches none."),
        Setting(
            "NEEDLETAIL_FETCH_NETWORKS", \.fetchNetworks, .list, in: .pictures,
            "Networks of your own that these hosts may be in, such as 10.1.0.0/16; otherwise their addresses must be public."
        ),
        Setting(
            "NEEDLETAIL_FETCH_MAX_BYTES", \.fetchMaximumBytes, .bytes(1024...(1 << 31)), in: .pictures,
            "The largest picture that is fetched."),
        Setting(
            "NEEDLETAIL_FETCH_TIMEOUT", \.fetchTimeout, .duration(.milliseconds(100) ... .seconds(3600)), in: .pictures,
            "How long fetching a picture may take, from the request to its last byte."),
    ]

    private static let access = [
        Setting(
            "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", \.anonymousAccess, .optionalBoolean, in: .access,
            "Whether requests without a key are answered; nothing means yes, unless API keys are on."),
        Setting(
            "AUTHENTICATION_APIKEY_ENABLED", \.apiKeysEnabled, .boolean, in: .access,
            "Whether requests may, or without anonymous access must, bring an API key."),
        Setting(
            "AUTHENTICATION_APIKEY_ALLOWED_KEYS", \.apiKeys, .list, in: .access, isSecret: true,
            "The keys, with commas between them."),
        Setting(
            "AUTHENTICATION_APIKEY_USERS", \.apiKeyUsers, .list, in: .access,
            "The users of the keys, in the same order; or one user for all of them."),
        Setting(
            "NEEDLETAIL_API_KEY", \.clientKey, .text, in: .access, isSecret: true,
            "The key that 'needletail import --server' sends; the server itself does not look at it."),
    ]

    private static let console = [
        Setting(
            "NEEDLETAIL_CONSOLE_ENABLED", \.consoleEnabled, .boolean, in: .console,
            "Whether there is a web page under /console, and browsers that ask for / are led to it."),
        Setting(
            "NEEDLETAIL_CONSOLE_IMAGE_HOSTS", \.consoleImageHosts, .list, in: .console,
            "Hosts that the page may show pictures from, such as *.pictures.example, for classes with an imageUrlProperty; no "
                + "others are asked for anything."),
        Setting(
            "NEEDLETAIL_CONSOLE_PATH", \.consolePath, .optionalPath("the page in the program"), in: .console,
            "A folder that holds the page in place of the program, for working on it: Sources/WebConsole/Site."),
    ]

    private static let monitoring = [
        Setting(
            "PROMETHEUS_MONITORING_ENABLED", \.monitoringEnabled, .boolean, in: .monitoring,
            "Whether metrics are given to Prometheus: GET /metrics, on a port of its own, without a key."),
        Setting(
            "PROMETHEUS_MONITORING_PORT", \.monitoringPort, .integer(1...65535), in: .monitoring,
            "The port of the metrics, on the same host as the rest."),
        Setting(
            "NEEDLETAIL_RECALL_SAMPLE_RATE", \.recallSampleRate, .share, in: .monitoring,
            "The share of vector searches that is answered again exactly while the server is idle, so that the metrics show "
                + "the recall; the first 20 of each index are, and 30 a minute at most. 0 turns it off."),
    ]

    private static let logs = [
        Setting(
            "LOG_LEVEL", \.logLevel, .choice, flag: "--log-level", in: .logs,
            "The least important kind of line that is written."),
        Setting(
            "LOG_FORMAT", \.logFormat, .choice, in: .logs,
            "Lines for people (text) or for programs (json)."),
        Setting(
            "DISABLE_TELEMETRY", \.disableTelemetry, .boolean, in: .logs,
            "Accepted and not used: nothing is ever sent anywhere."),
    ]
}
