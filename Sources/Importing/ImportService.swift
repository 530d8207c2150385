// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Fetching
import Glibc
import ImageVectorizer
import Jobs
import PictureSources

/// Why an import inside the server is not begun.
package enum ImportRefusal: Error, Hashable, Sendable {
    /// The setting names no folder.
    case off
    /// The source lies below none of them, or is not there.
    case outside(String)
    /// There are as many under way as may be.
    case tooMany(limit: Int)

    package var message: String {
        switch self {
        case .off:
            "imports inside the server are off; NEEDLETAIL_IMPORT_ROOTS lists the folders that it may read"
        case .outside(let source):
            "'\(source.prefix(300))' is not below a folder of NEEDLETAIL_IMPORT_ROOTS, or is not there"
        case .tooMany(let limit):
            "\(limit) imports are under way, which is as many as may be (NEEDLETAIL_IMPORT_LIMIT); try again when one has ended"
        }
    }
}

/// What an import inside the server is asked to do.
package struct ImportRequest: Sendable {
    package var options: ImportOptions
    /// Absolute, or relative to one of the roots.
    package var sources: [String]
    package var pictureColumn: String?
    /// A table, like the sources.
    package var properties: String?

    package init(options: ImportOptions, sources: [String]) {
        self.options = options
        self.sources = sources
    }
}

/// What there is to be told of an import inside the server.
package struct ImportJobReport: Sendable {
    package static let keptFailures = 100

    package let request: ImportRequest
    package let progress: ImportProgress
    /// The first of them; `keptFailures` at most.
    package var failures: [ImportFailure] = []
    package var notes: [String] = []
    /// The class that was made, or would be in a dry run.
    package var newClass: NewClass?
}

/// The imports inside the server, as jobs: of folders and files of this machine, below folders that the operator lists.
package final class ImportService: Sendable {
    package typealias ImportJob = Job<ImportJobReport>

    private let database: any DatabaseOperations
    /// With all links resolved.
    private let roots: [String]
    private let limit: Int
    private let journalFolder: String
    private let fetcher: any PictureFetching
    private let decodingLimits: DecodingLimits
    private let jobs: JobTable<ImportJobReport>

    /// - Parameters:
    ///   - roots: the folders that may be read; those that are not there are left out.
    ///   - limit: how many imports may run at once.
    ///   - executor: what they run on, and may block: best threads of their own.
    ///   - journalFolder: where random ids are noted.
    package init(
        database: any DatabaseOperations, roots: [String], limit: Int, executor: any TaskExecutor,
        journalFolder: String,
        fetcher: any PictureFetching, decodingLimits: DecodingLimits
    ) {
        self.database = database
        self.roots = roots.compactMap { SourcePath.resolved($0) }
        self.limit = limit
        self.journalFolder = journalFolder
        self.fetcher = fetcher
        self.decodingLimits = decodingLimits
        jobs = JobTable(runningLimit: limit, executor: executor)
    }

    /// In order of their beginning: those under way, and the last that have ended.
    package var all: [ImportJob] { jobs.all }

    package func job(_ id: String) -> ImportJob? { jobs.job(id) }

    /// Begins an import.
    package func start(_ request: ImportRequest) throws(ImportRefusal) -> ImportJob {
        guard !roots.isEmpty else { throw .off }
        var places: [(path: String, root: String)] = []
        for source in request.sources { places.append(try place(of: source)) }
        let properties = try request.properties.map { path throws(ImportRefusal) in try place(of: path) }
        guard let root = places.first?.root, (places + (properties.map { [$0] } ?? [])).allSatisfy({ $0.root == root })
        else { throw .outside(request.sources.first ?? "") }
        let opening = SourceOpening(pictureColumn: request.pictureColumn, properties: properties?.path, root: root)
        var run = ImportRun(
            options: request.options, paths: places.map(\.path), opening: opening, target: DatabaseTarget(database))
        run.fetcher = fetcher
        run.decodingLimits = decodingLimits
        if request.options.ids == .uuid, !request.options.isDryRun { run.journalPath = journalPath(request.options) }
        let report = ImportJobReport(request: request, progress: run.progress)
        do throws(TooManyJobs) {
            return try jobs.start(report) { [run, journalFolder] job in
                if run.journalPath != nil { _ = unsafe mkdir(journalFolder, 0o700) }
                do throws(ImportError) { try await Self.carryOut(run, job) } catch {
                    throw Told(message: Self.withoutRoot(error.message, root))
                }
                // It ends early without an error when it is cancelled.
                try Task.checkCancellation()
            }
        } catch {
            throw .tooMany(limit: limit)
        }
    }

    /// Cancels all imports and waits until they have ended. None can be begun afterwards.
    package func close() async { await jobs.close() }

    private struct Told: JobFailure {
        let message: String
    }

    private static func carryOut(_ run: ImportRun, _ job: ImportJob) async throws(ImportError) {
        var run = run
        let root = run.opening.root ?? ""
        run.listener.made = { made in job.update { $0.newClass = made } }
        run.listener.note = { note in
            job.update { if $0.notes.count < ImportJobReport.keptFailures { $0.notes.append(note) } }
        }
        run.listener.failed = { failure in
            job.update { report in
                guard report.failures.count < ImportJobReport.keptFailures else { return }
                report.failures.append(
                    ImportFailure(
                        place: withoutRoot(failure.place, root), reason: withoutRoot(failure.reason, root)))
            }
        }
        try await run.run()
    }

    /// Where a source is, with all links resolved, and the root that it lies below.
    private func place(of source: String) throws(ImportRefusal) -> (path: String, root: String) {
        guard !source.isEmpty, !source.utf8.contains(0) else { throw .outside(source) }
        for root in roots {
            guard let path = SourcePath.resolved(source.hasPrefix("/") ? source : "\(root)/\(source)"),
                SourcePath.isPath(path, below: root)
            else { continue }
            return (path, root)
        }
        throw .outside(source)
    }

    /// Clients learn no paths of this machine.
    private static func withoutRoot(_ text: String, _ root: String) -> String {
        root.count > 1 ? text.replacing(root + "/", with: "").replacing(root, with: ".") : text
    }

    private func journalPath(_ options: ImportOptions) -> String {
        let text = Array(options.collection.utf8) + [0] + Array((options.tenant ?? "").utf8)
        let name = PictureDigest.sha256(of: text).prefix(12).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        return "\(journalFolder)/\(name.joined()).journal"
    }
}
