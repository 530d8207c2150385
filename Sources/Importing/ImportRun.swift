// SPDX-License-Identifier: Apache-2.0

import DataModel
import Fetching
import ImageVectorizer
import JSON
import PictureSources
import Synchronization

/// Brings sources into a class.
///
///     source ──read──> item ──hash──> id ──not there yet──> batch ──> target
///        │               ├─no picture──> ignored  └─there──> skipped     └─refused──> failed
///        └─next source   └─unreadable──> failed
///
/// Reading, storing and what the target does overlap: `ImportLimits.batchesUnderWay` batches are on their way while the next one is
/// gathered. Nothing is kept of what is done, so memory stays the same however much there is. It can be broken off anywhere and run
/// again: what is there is found by its id.
package struct ImportRun: Sendable {
    /// Whether an import is still wanted; asked between two items.
    package final class Stop: Sendable {
        private let flag = Atomic(false)

        package init() {}

        package func set() { flag.store(true, ordering: .relaxed) }

        package var isSet: Bool { flag.load(ordering: .relaxed) }

        var isWanted: Bool { isSet || Task.isCancelled }
    }

    /// What there is to be told while it runs.
    package struct Listener: Sendable {
        /// The class that was made, or would be in a dry run.
        package var made: @Sendable (NewClass) -> Void = { _ in }
        package var note: @Sendable (String) -> Void = { _ in }
        package var failed: @Sendable (ImportFailure) -> Void = { _ in }

        package init() {}
    }

    package let options: ImportOptions
    package let paths: [String]
    package let opening: SourceOpening
    package let target: any ImportTarget
    package var fetcher: any PictureFetching = PictureFetcher(configuration: .init())
    package var limits = ImportLimits()
    package var listener = Listener()
    package var stop = Stop()
    /// For `IDScheme.uuid`; `nil`: what is broken off is not gone on with.
    package var journalPath: String?
    /// For dry runs, which read headers.
    package var decodingLimits = DecodingLimits()
    package let progress = ImportProgress()

    package init(options: ImportOptions, paths: [String], opening: SourceOpening, target: any ImportTarget) {
        self.options = options
        self.paths = paths
        self.opening = opening
        self.target = target
    }

    /// Reads all sources to their ends, or until it is stopped, and returns when everything under way is stored.
    ///
    /// Blocks for reading: to be called on the compute pool. The counts are in `progress`, also when it throws.
    package func run() async throws(ImportError) {
        defer { progress.end() }
        let sources = try openAll()
        let total = sources.reduce(Optional(0)) { sum, open in
            open.source.total.flatMap { total in sum.map { $0 + total } }
        }
        progress.update { $0.total = total }
        let shape = ImportMapping.Shape(
            columns: Self.columns(of: sources), hasVectors: sources.first?.source.hasVectors ?? false)
        let existing = try await target.definition(of: options.collection)
        let mapping = try ImportMapping(options, source: shape, existing: existing)
        for note in mapping.notes { listener.note(note) }
        if let newClass = mapping.newClass {
            if !options.isDryRun { try await target.create(newClass) }
            listener.made(newClass)
        }
        var pass = try ImportPass(self, mapping: mapping, isClassThere: existing != nil || !options.isDryRun)
        try await pass.run(sources)
    }

    /// A source with what its places are told with.
    struct OpenSource {
        var source: any PictureSource
        var path: String
        /// Before paths, if there are several sources.
        var prefix: String
    }

    private func openAll() throws(ImportError) -> [OpenSource] {
        var sources: [OpenSource] = []
        for path in paths {
            do throws(SourceError) {
                let name = path.split(separator: "/").last.map(String.init) ?? path
                sources.append(
                    OpenSource(source: try opening.open(path), path: path, prefix: paths.count > 1 ? name + "/" : ""))
            } catch {
                throw .source(error)
            }
        }
        guard Set(sources.map(\.prefix)).count == sources.count else {
            throw .refused("two sources have the same name; import them one after the other")
        }
        guard sources.allSatisfy({ $0.source.hasVectors == sources[0].source.hasVectors }) else {
            throw .refused("vectors and pictures cannot be imported together; import them one after the other")
        }
        return sources
    }

    /// Those of all sources; a type that two don't agree on is none.
    private static func columns(of sources: [OpenSource]) -> [SourceColumn] {
        var columns: [SourceColumn] = []
        for column in sources.flatMap(\.source.columns) {
            guard let known = columns.firstIndex(where: { $0.name == column.name }) else {
                columns.append(column)
                continue
            }
            if columns[known].type == nil { columns[known].type = column.type }
            if let type = column.type, columns[known].type != type {
                columns[known].type = column.isUntyped ? .text : nil
            }
        }
        return columns
    }
}
