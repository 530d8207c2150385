// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Execution
import Fetching
import Foundation
import ImageVectorizer
import Importing
import JSON
import ObjectStorage
import PictureSources

/// `needletail import`: brings pictures or vectors into a class, of a running server or of a data folder.
///
/// The first signal stops it when what is under way is stored, a second one at once: nothing is lost or stored twice either way.
struct ImportCommand {
    let settings: Settings
    let arguments: ImportArguments
    let warnings: [String]

    private enum Status {
        static let all: Int32 = 0
        static let some: Int32 = 3
        static let none: Int32 = 4
        static let interrupted: Int32 = 130
    }

    /// - Returns: the exit status, as help has it.
    func run() async throws -> Int32 {
        let console = ImportConsole(tellsInJSON: arguments.tellsInJSON)
        for warning in warnings { console.note(warning) }
        for source in arguments.sources {
            do throws(SourceError) { _ = try SourceOpening.kind(of: source) } catch {
                Console.complain(error.message)
                return 2
            }
        }
        let pool = ComputePool(threadCount: settings.effectiveComputeThreads)
        switch arguments.destination {
        case .server(let url):
            let connection = ServerConnection(url: url, key: settings.clientKey)
            let stop = ImportRun.Stop()
            let target = ServerTarget(connection, note: { console.note($0) }, isStopped: { stop.isSet })
            return try await run(into: target, stop, pool, console)
        case .dataFolder:
            let database = try await open(pool, console)
            let status: Int32
            do {
                status = try await run(into: DatabaseTarget(database), ImportRun.Stop(), pool, console)
            } catch {
                await database.close()
                throw error
            }
            await database.close()
            return status
        }
    }

    private func open(_ pool: ComputePool, _ console: ImportConsole) async throws -> Database {
        let needsNetwork = !arguments.isDryRun && !arguments.sources.allSatisfy { $0.lowercased().hasSuffix(".npy") }
        var vectorizer: any ImageVectorizing = EmptyVectorizer(reason: "it is not needed for vectors")
        if needsNetwork {
            let loaded = VectorizerLoading(settings: settings, pool: pool).load()
            console.note("network: \(loaded.summary)")
            vectorizer = loaded.vectorizer
        }
        return try await pool.run { [settings, vectorizer] in
            do {
                return try DatabaseOpening(settings: settings).open(vectorizer: vectorizer)
            } catch StorageError.folderInUse(let folder, _) {
                throw FolderInUse(path: folder)
            }
        }
    }

    private func run(
        into target: any ImportTarget, _ stop: ImportRun.Stop, _ pool: ComputePool, _ console: ImportConsole
    ) async throws -> Int32 {
        let report = ImportReport(path: arguments.report ?? "needletail-import-\(options.collection)-failures.jsonl")
        var run = ImportRun(
            options: options, paths: arguments.sources,
            opening: SourceOpening(pictureColumn: arguments.pictureColumn, properties: arguments.properties),
            target: target)
        run.decodingLimits = DecodingLimits(
            pixels: settings.maximumImagePixels, memoryInBytes: settings.imageMemoryInBytes)
        run.fetcher = try PictureFetcher.allowed(by: settings)
        if options.ids == .uuid, !options.isDryRun { run.journalPath = try journalPath() }
        run.listener.made = { console.made($0, isDryRun: arguments.isDryRun) }
        run.listener.note = { console.note($0) }
        run.listener.failed = { report.add($0) }
        run.stop = stop
        let signals = StopSignals()
        let watching = Task {
            _ = await signals.first()
            guard !Task.isCancelled else { return }
            stop.set()
            console.note("stopping when what is under way is stored; once more stops at once")
            _ = await signals.first()
            if !Task.isCancelled { _exit(Status.interrupted) }
        }
        defer { watching.cancel() }
        let showing = console.show(run.progress)
        var problem: ImportError?
        do throws(ImportError) {
            let work = run
            try await withTaskExecutorPreference(pool) { () throws(ImportError) in try await work.run() }
        } catch {
            problem = error
        }
        showing.cancel()
        await showing.value
        report.close()
        return finish(run, problem, report, console, wasStopped: stop.isSet)
    }

    private func finish(
        _ run: ImportRun, _ problem: ImportError?, _ report: ImportReport, _ console: ImportConsole, wasStopped: Bool
    ) -> Int32 {
        let reading = run.progress.reading
        let counts = reading.counts
        let arrived = counts.stored + counts.skipped
        let status: Int32 =
            if problem != nil { arrived > 0 ? Status.some : Status.none } else if wasStopped {
                Status.interrupted
            } else if counts.failed > 0 { arrived > 0 ? Status.some : Status.none } else {
                arrived > 0 ? Status.all : Status.none
            }
        console.finish(
            reading, status: status, problem: problem?.message, report: report.writtenPath, wasStopped: wasStopped,
            isDryRun: arguments.isDryRun)
        return status
    }

    private var options: ImportOptions {
        var options = ImportOptions(collection: CollectionName.normalized(arguments.collection))
        options.tenant = arguments.tenant
        options.pictureProperty = arguments.pictureProperty
        options.labelProperty = arguments.labelProperty
        options.constants = arguments.constants.map { .init(name: $0.name, value: $0.value) }
        // Both are made of the same words.
        options.ids = ImportOptions.IDScheme(rawValue: arguments.ids.rawValue) ?? .content
        options.existing = ImportOptions.ExistingPolicy(rawValue: arguments.existing.rawValue) ?? .skip
        options.idColumn = arguments.idColumn ?? options.idColumn
        options.isDryRun = arguments.isDryRun
        return options
    }

    /// A file for this class at this destination, in the user's folder for what programs remember.
    private func journalPath() throws -> String {
        if let path = arguments.journal { return path }
        let environment = ProcessInfo.processInfo.environment
        let state = environment["XDG_STATE_HOME"] ?? (environment["HOME"] ?? ".") + "/.local/state"
        let folder = "\(state)/needletail/imports"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let destination =
            switch arguments.destination {
            case .server(let url): url
            case .dataFolder: URL(filePath: settings.dataPath).resolvingSymlinksInPath().path
            }
        let words = [destination, options.collection, options.tenant ?? ""].map { Array($0.utf8) }
        let digest = PictureDigest.sha256(of: Array(words.joined(separator: [0])).span)
        return folder + "/" + digest.prefix(12).map { String(format: "%02x", $0) }.joined() + ".journal"
    }
}

/// A server has the data folder open.
struct FolderInUse: Error {
    let path: String

    /// For whoever started the import.
    var message: String {
        "'\(path)' is open in another process, probably a server; import through it: --server URL instead of --data, or stop it "
            + "first"
    }
}

/// Where failures are noted: a file that is made with the first of them.
final class ImportReport: @unchecked Sendable {
    // Safety (@unchecked): `lock` protects `file` and `wasTried`.
    private let lock = NSLock()
    private var file: FileHandle?
    private let path: String
    private var wasTried = false

    init(path: String) { self.path = path }

    /// `nil` if there was no failure, or the file cannot be written.
    var writtenPath: String? { lock.withLock { file == nil ? nil : path } }

    func add(_ failure: ImportFailure) {
        lock.withLock {
            if !wasTried { open() }
            guard let file else { return Console.complain("\(failure.place): \(failure.reason)") }
            let line = ImportConsole.line([("path", .string(failure.place)), ("reason", .string(failure.reason))])
            // A disk that is full ends the report, not the import.
            try? file.write(contentsOf: Data(line))
        }
    }

    private func open() {
        wasTried = true
        if FileManager.default.createFile(atPath: path, contents: nil) { file = FileHandle(forWritingAtPath: path) }
        if file == nil { Console.complain("the report '\(path)' can't be written; failures are told here") }
    }

    func close() { lock.withLock { try? file?.close() } }
}
