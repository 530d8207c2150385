// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// Every module of Needletail and what it may use, bottom layer first.
// Docs/ARCHITECTURE.md says what each one is for.

import PackageDescription

/// What every Swift module is compiled with: language mode 6, strict memory safety, warnings are errors.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Makes a debug build of a module quick, with its assertions.
let optimised = SwiftSetting.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))

/// What every C module is compiled with.
let cSettings: [CSetting] = [
    .unsafeFlags(["-Wall", "-Wextra", "-Werror"])
]

/// What C modules with hot loops are compiled with: a debug build without `-O3` runs them 25 times slower.
let kernelSettings: [CSetting] = [
    .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-O3"])
]

func library(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// A module with loops over many numbers or entries, in which tests spend most of their time: optimised in debug builds too.
func hotLibrary(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings + [optimised])
}

func cLibrary(
    _ name: String, settings: [CSetting] = cSettings, cxxSettings: [CXXSetting]? = nil,
    links libraries: [String] = []
) -> Target {
    .target(
        name: name, cSettings: settings, cxxSettings: cxxSettings,
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

func program(_ name: String, at path: String? = nil, uses dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings)
}

/// - Parameter areHot: for tests that look at many pixels or numbers themselves.
func tests(of module: String, uses dependencies: [Target.Dependency] = [], areHot: Bool = false) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: [.byName(name: module)] + dependencies,
        swiftSettings: swiftSettings + (areHot ? [optimised] : []))
}

let package = Package(
    name: "Needletail",
    products: [.executable(name: "needletail", targets: ["Needletail"])],
    targets: [
        // Foreign things, one a module.
        cLibrary("CVectorKernels", settings: kernelSettings),
        cLibrary("CLayoutKernels", settings: kernelSettings),
        cLibrary("CSystem"),
        cLibrary("CLMDB", links: ["lmdb"]),
        cLibrary("CRoaring", links: ["roaring"]),
        cLibrary(
            "CCharConv", cxxSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-O3", "-std=c++17"])]),
        cLibrary("CMicroHTTPD", links: ["microhttpd"]),
        cLibrary("CGRPC", links: ["grpc", "gpr"]),
        cLibrary("CPixels", settings: kernelSettings),
        cLibrary("CZlib", links: ["z"]),
        cLibrary("CDeflate", links: ["deflate"]),
        // `#embed` is of C23.
        cLibrary("CConsoleSite", settings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-std=c23"])]),
        cLibrary("CArchive", links: ["archive"]),
        cLibrary("CTurboJPEG", links: ["jpeg"]),
        cLibrary("CPNG", settings: kernelSettings, links: ["png"]),
        cLibrary("CGIF", links: ["gif"]),
        cLibrary("CHEIF", links: ["dav1d", "de265", "heif"]),
        cLibrary("CTIFF", settings: kernelSettings, links: ["tiff"]),
        cLibrary("CWebP", links: ["webp", "webpdemux"]),
        cLibrary("COpenVINO", links: ["dl"]),
        cLibrary("CGnuTLS", links: ["gnutls"]),
        cLibrary("CCurl", links: ["curl"]),
        cLibrary(
            "CPhoneNumber", cxxSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-std=c++17"])],
            links: ["phonenumber"]),

        // Vocabulary and plumbing.
        library("DataModel"),
        hotLibrary("RandomNumbers"),
        library("JSON", uses: ["CCharConv"]),
        library("Observability", uses: ["CSystem", "JSON"]),
        library("Execution", uses: ["CSystem"]),
        library("ProcessMemory", uses: ["CSystem", "Execution", "Observability"]),
        library("Jobs"),
        library("MultipartForms"),
        library("WebClient", uses: ["CCurl"]),
        library("Fetching", uses: ["CSystem", "Execution", "WebClient"]),
        library("Protobuf"),
        library("WeaviateMessages", uses: ["Protobuf"]),

        // Numbers: kernels, vector indexes, inverted indexes.
        library("VectorKernels", uses: ["CVectorKernels"]),
        hotLibrary("VectorIndexes", uses: ["DataModel", "VectorKernels"]),
        hotLibrary("InvertedIndexes", uses: ["CRoaring", "DataModel"]),
        hotLibrary("Layouts", uses: ["CLayoutKernels", "RandomNumbers"]),

        // Bytes: storage and pictures.
        hotLibrary(
            "ObjectStorage",
            uses: ["CLMDB", "CSystem", "CZlib", "DataModel", "InvertedIndexes", "Observability", "VectorIndexes"]),
        library(
            "ImageVectorizer",
            uses: [
                "CGIF", "CGnuTLS", "CHEIF", "COpenVINO", "CPNG", "CPixels", "CTIFF", "CTurboJPEG", "CWebP", "Execution",
                "Observability",
            ]),

        library("ThumbnailCache", uses: ["CZlib", "Execution", "ImageVectorizer", "Observability"]),

        // The database, without any network.
        library(
            "DatabaseCore",
            uses: [
                "CPhoneNumber", "CSystem", "DataModel", "Execution", "ImageVectorizer", "InvertedIndexes", "JSON",
                "ObjectStorage", "Observability", "ProcessMemory", "RandomNumbers", "VectorIndexes", "VectorKernels",
            ]),

        // Pictures from outside, into the database.
        library("PictureSources", uses: ["CArchive", "CSystem", "JSON"]),
        library(
            "Importing",
            uses: ["DataModel", "DatabaseCore", "Fetching", "ImageVectorizer", "JSON", "Jobs", "PictureSources"]),

        // Transports and APIs.
        library(
            "APIVocabulary",
            uses: ["DataModel", "DatabaseCore", "Execution", "ImageVectorizer", "InvertedIndexes", "JSON"]),
        library(
            "CollectionInsights",
            uses: [
                "DataModel", "DatabaseCore", "Execution", "JSON", "Jobs", "Layouts", "RandomNumbers", "VectorIndexes",
            ]),
        library(
            "ServerInspection",
            uses: ["CSystem", "DatabaseCore", "ImageVectorizer", "Observability", "VectorKernels"]),
        library("Unpacking", uses: ["CZlib", "Execution"]),
        library("HTTPServer", uses: ["CMicroHTTPD", "CSystem", "Execution", "Observability", "Unpacking"]),
        library("GRPCServer", uses: ["CGRPC", "CSystem", "Execution", "Observability", "Unpacking"]),
        library("Authentication"),
        library("OpenAPI", uses: ["JSON"]),
        library(
            "HTTPGateway",
            uses: ["Authentication", "CSystem", "Execution", "HTTPServer", "Observability", "OpenAPI"]),
        library(
            "InferenceAPI", uses: ["DatabaseCore", "Execution", "HTTPServer", "ImageVectorizer", "JSON"]),
        library("GRPCWeb", uses: ["Authentication", "Execution", "GRPCServer", "HTTPGateway", "HTTPServer"]),
        library("GraphQLLanguage"),
        library(
            "GraphQLAPI",
            uses: [
                "APIVocabulary", "DataModel", "DatabaseCore", "Execution", "GraphQLLanguage", "HTTPServer",
                "ImageVectorizer", "InvertedIndexes", "JSON", "Observability",
            ]),
        library(
            "GRPCAPI",
            uses: [
                "APIVocabulary", "Authentication", "DataModel", "DatabaseCore", "Execution", "GRPCServer", "JSON",
                "Protobuf",
                "WeaviateMessages",
            ]),
        library(
            "RESTAPI",
            uses: [
                "APIVocabulary", "Authentication", "CollectionInsights", "DataModel", "DatabaseCore", "Execution",
                "Fetching",
                "HTTPGateway", "HTTPServer", "ImageVectorizer", "Importing", "JSON", "Jobs", "MultipartForms",
                "Observability", "OpenAPI", "ServerInspection", "ThumbnailCache", "VectorIndexes",
            ]),
        .target(
            name: "WebConsole",
            dependencies: ["Authentication", "CConsoleSite", "CDeflate", "CZlib", "HTTPGateway", "HTTPServer"],
            exclude: ["Site"], swiftSettings: swiftSettings),

        // The program.
        library("Configuration"),
        program(
            "Needletail",
            uses: [
                "Authentication", "CSystem", "CollectionInsights", "Configuration", "DataModel", "DatabaseCore",
                "Execution", "Fetching", "GRPCAPI", "GRPCServer", "GRPCWeb", "GraphQLAPI", "HTTPGateway", "HTTPServer",
                "ImageVectorizer", "Importing", "InferenceAPI", "JSON", "ObjectStorage", "Observability",
                "PictureSources", "ProcessMemory", "RESTAPI", "ServerInspection",
                "ThumbnailCache", "VectorIndexes", "WebClient", "WebConsole",
            ]),

        // Measured and fuzzed.
        program("ImageBenchmark", at: "Benchmarks/ImageBenchmark", uses: ["Execution", "ImageVectorizer"]),
        program(
            "PreprocessingBenchmark", at: "Benchmarks/PreprocessingBenchmark", uses: ["Execution", "ImageVectorizer"]),
        program(
            "ImageFuzz", at: "Fuzz/ImageFuzz", uses: ["Execution", "ImageVectorizer", "RandomNumbers", "TextMutation"]),
        program(
            "ImportBenchmark", at: "Benchmarks/ImportBenchmark",
            uses: [
                "DatabaseCore", "Execution", "ImageVectorizer", "Importing", "ObjectStorage", "Observability",
                "PictureSources",
            ]),
        program("GraphQLBenchmark", at: "Benchmarks/GraphQLBenchmark", uses: ["GraphQLLanguage", "RandomNumbers"]),
        program("GraphQLFuzz", at: "Fuzz/GraphQLFuzz", uses: ["GraphQLLanguage", "RandomNumbers", "TextMutation"]),

        program(
            "RequestFuzz", at: "Fuzz/RequestFuzz",
            uses: [
                "DatabaseCore", "Execution", "GraphQLAPI", "HTTPServer", "ImageVectorizer", "JSON", "ObjectStorage",
                "Observability", "RESTAPI", "RandomNumbers", "TextMutation", "ThumbnailCache",
            ]),
        program(
            "CallFuzz", at: "Fuzz/CallFuzz",
            uses: [
                "Authentication", "DataModel", "DatabaseCore", "Execution", "GRPCAPI", "GRPCServer", "ImageVectorizer",
                "ObjectStorage", "Observability", "Protobuf", "RandomNumbers", "TextMutation", "WeaviateMessages",
            ]),
        .target(
            name: "TextMutation", dependencies: ["RandomNumbers"], path: "Fuzz/TextMutation",
            swiftSettings: swiftSettings),
        program(
            "SourceFuzz", at: "Fuzz/SourceFuzz", uses: ["JSON", "PictureSources", "RandomNumbers", "TextMutation"]),
        program("JSONFuzz", at: "Fuzz/JSONFuzz", uses: ["JSON", "TextMutation"]),
        program(
            "MultipartFuzz", at: "Fuzz/MultipartFuzz", uses: ["MultipartForms", "RandomNumbers", "TextMutation"]),
        program(
            "ProtobufFuzz", at: "Fuzz/ProtobufFuzz",
            uses: ["Protobuf", "RandomNumbers", "TextMutation", "WeaviateMessages"]),
        program(
            "ProtobufBenchmark", at: "Benchmarks/ProtobufBenchmark",
            uses: ["Protobuf", "RandomNumbers", "WeaviateMessages"]),
        program("Base64Fuzz", at: "Fuzz/Base64Fuzz", uses: ["DatabaseCore", "TextMutation"]),
        program(
            "ArchiveFuzz", at: "Fuzz/ArchiveFuzz",
            uses: ["DataModel", "DatabaseCore", "ObjectStorage", "TextMutation"]),
        program(
            "FilterFuzz", at: "Fuzz/FilterFuzz",
            uses: [
                "DatabaseCore", "Execution", "GraphQLAPI", "HTTPServer", "ImageVectorizer", "JSON", "ObjectStorage",
                "Observability", "RESTAPI", "RandomNumbers", "TextMutation",
            ]),
        program("JSONBenchmark", at: "Benchmarks/JSONBenchmark", uses: ["JSON", "Observability"]),
        program(
            "HTTPBenchmark", at: "Benchmarks/HTTPBenchmark", uses: ["Execution", "HTTPServer", "Observability"]),
        // Measurements.
        program(
            "IndexBenchmark", at: "Benchmarks/IndexBenchmark", uses: ["DataModel", "RandomNumbers", "VectorIndexes"]),
        program(
            "ShardBenchmark", at: "Benchmarks/ShardBenchmark",
            uses: [
                "CSystem", "DataModel", "DatabaseCore", "ImageVectorizer", "JSON", "ObjectStorage", "Observability",
                "RandomNumbers", "VectorIndexes",
            ]),
        program(
            "LayoutBenchmark", at: "Benchmarks/LayoutBenchmark", uses: ["Execution", "Layouts", "RandomNumbers"]),
        .target(name: "BenchmarkTiming", path: "Benchmarks/BenchmarkTiming", swiftSettings: swiftSettings),
        program(
            "KeywordBenchmark", at: "Benchmarks/KeywordBenchmark",
            uses: ["BenchmarkTiming", "DataModel", "InvertedIndexes", "ObjectStorage", "RandomNumbers"]),
        program(
            "MultiVectorBenchmark", at: "Benchmarks/MultiVectorBenchmark",
            uses: ["BenchmarkTiming", "DataModel", "ObjectStorage", "RandomNumbers", "VectorIndexes"]),
        program(
            "RangeBenchmark", at: "Benchmarks/RangeBenchmark",
            uses: ["BenchmarkTiming", "DataModel", "InvertedIndexes", "ObjectStorage", "RandomNumbers"]),
        program("StorageBenchmark", at: "Benchmarks/StorageBenchmark", uses: ["DataModel", "ObjectStorage"]),

        tests(of: "DataModel"),
        tests(of: "JSON"),
        tests(of: "Observability", uses: ["JSON"]),
        tests(of: "Execution"),
        tests(of: "ProcessMemory", uses: ["Execution", "Observability"]),
        tests(of: "Jobs"),
        tests(of: "MultipartForms"),
        tests(of: "Fetching", uses: ["Execution", "HTTPServer", "Observability", "WebClient"]),
        tests(of: "WebClient", uses: ["Execution", "HTTPServer", "Observability"]),
        tests(of: "Layouts", uses: ["RandomNumbers"], areHot: true),
        tests(of: "Protobuf"),
        tests(of: "WeaviateMessages", uses: ["Protobuf"]),
        tests(of: "VectorKernels", uses: ["RandomNumbers"], areHot: true),
        tests(of: "VectorIndexes", uses: ["DataModel", "RandomNumbers", "VectorKernels"], areHot: true),
        tests(of: "InvertedIndexes", uses: ["CRoaring", "DataModel", "RandomNumbers"], areHot: true),
        program(
            "ObjectStorageCrashWriter", at: "Tests/ObjectStorageCrashWriter", uses: ["DataModel", "ObjectStorage"]),
        tests(
            of: "ObjectStorage",
            uses: ["DataModel", "InvertedIndexes", "ObjectStorageCrashWriter", "RandomNumbers", "VectorIndexes"],
            areHot: true),
        tests(of: "ImageVectorizer", uses: ["Execution"], areHot: true),
        tests(
            of: "DatabaseCore",
            uses: [
                "DataModel", "ImageVectorizer", "InvertedIndexes", "JSON", "ObjectStorage", "Observability",
                "ProcessMemory", "RandomNumbers", "VectorIndexes",
            ]),
        tests(of: "ThumbnailCache", uses: ["Execution", "ImageVectorizer"]),
        tests(of: "PictureSources", uses: ["JSON"]),
        tests(of: "Importing", uses: ["DataModel", "Fetching", "ImageVectorizer", "JSON", "PictureSources"]),
        tests(of: "APIVocabulary", uses: ["DataModel", "DatabaseCore", "Execution", "JSON"]),
        tests(of: "HTTPServer", uses: ["Execution", "Observability"]),
        // A client of gRPC for tests.
        .target(
            name: "CGRPCClient", path: "Tests/CGRPCClient", cSettings: cSettings,
            linkerSettings: [.linkedLibrary("grpc"), .linkedLibrary("gpr")]),
        tests(of: "GRPCServer", uses: ["CGRPCClient", "Execution", "Observability"]),
        tests(of: "Authentication"),
        tests(of: "InferenceAPI", uses: ["Execution", "HTTPServer", "ImageVectorizer", "JSON"]),
        tests(of: "GRPCWeb", uses: ["Authentication", "Execution", "GRPCServer", "HTTPGateway", "HTTPServer"]),
        tests(of: "OpenAPI", uses: ["JSON"]),
        tests(of: "HTTPGateway", uses: ["Authentication", "HTTPServer", "Observability"]),
        tests(of: "ServerInspection", uses: ["DatabaseCore", "Execution", "ImageVectorizer"]),
        tests(of: "WebConsole", uses: ["Authentication", "Execution", "HTTPGateway", "HTTPServer", "Unpacking"]),
        // A database in memory for the tests of the APIs.
        .target(
            name: "DatabaseTesting", dependencies: ["DataModel", "DatabaseCore", "ImageVectorizer"],
            path: "Tests/DatabaseTesting", swiftSettings: swiftSettings),
        tests(of: "GraphQLLanguage", uses: ["RandomNumbers"]),
        tests(
            of: "GraphQLAPI",
            uses: [
                "DataModel", "DatabaseCore", "DatabaseTesting", "Execution", "HTTPServer", "ImageVectorizer",
                "InvertedIndexes", "JSON",
            ]),
        tests(
            of: "GRPCAPI",
            uses: [
                "Authentication", "DataModel", "DatabaseCore", "DatabaseTesting", "Execution", "GRPCServer", "Protobuf",
                "WeaviateMessages",
            ]),
        tests(
            of: "CollectionInsights",
            uses: [
                "DataModel", "DatabaseCore", "Execution", "ImageVectorizer", "JSON", "Jobs", "ObjectStorage",
                "Observability", "RandomNumbers", "VectorIndexes",
            ]),
        tests(
            of: "RESTAPI",
            uses: [
                "Authentication", "CollectionInsights", "DataModel", "DatabaseCore", "DatabaseTesting", "Execution",
                "Fetching", "HTTPGateway", "HTTPServer", "ImageVectorizer", "Importing", "JSON", "Jobs",
                "MultipartForms", "Observability", "OpenAPI", "RandomNumbers", "ServerInspection", "ThumbnailCache",
            ]),
        tests(of: "Configuration"),
    ],
    cxxLanguageStandard: .cxx17
)
