// SPDX-License-Identifier: Apache-2.0

import DataModel
import Fetching
import ImageVectorizer
import JSON
import PictureSources

/// One pass through the sources of an import: what is under way, and what has come of it.
///
/// Invariant: an id is in `pending` from when its object is chosen until the target has answered, so that the same picture is
/// not sent twice.
struct ImportPass {
    /// An item whose id is known and which may be there already.
    private struct Candidate {
        var item: SourceItem
        var place: String
        var id: ObjectID
        /// `nil`: still to be read, or a vector.
        var bytes: [UInt8]?
        var key: ImportJournal.Key?
    }

    private struct Outcome: Sendable {
        var ids: [ObjectID]
        var places: [String]
        var result: Result<[String?], ImportError>
    }

    private typealias Group = TaskGroup<Outcome>

    private let run: ImportRun
    private let mapping: ImportMapping
    private let isClassThere: Bool
    private let ids: ImportIDs
    private let journal: ImportJournal?
    private var batch: [ImportObject] = []
    private var places: [String] = []
    private var batchBytes = 0
    private var pending: Set<ObjectID> = []
    private var underWay = 0
    private var firstReason: String?
    private var isHopeless = true

    init(_ run: ImportRun, mapping: ImportMapping, isClassThere: Bool) throws(ImportError) {
        self.run = run
        self.mapping = mapping
        self.isClassThere = isClassThere
        ids = ImportIDs(collection: run.options.collection)
        let needsJournal = run.options.ids == .uuid && !run.options.isDryRun
        journal =
            needsJournal ? try run.journalPath.map { path throws(ImportError) in try ImportJournal(path: path) } : nil
    }

    private var options: ImportOptions { run.options }

    mutating func run(_ sources: [ImportRun.OpenSource]) async throws(ImportError) {
        var state = self
        let problem: ImportError? = await withTaskGroup(of: Outcome.self) { group in
            do throws(ImportError) {
                for source in sources where !state.run.stop.isWanted { try await state.read(source, &group) }
                try await state.send(&group)
                while state.underWay > 0 { try await state.take(&group) }
                return nil
            } catch {
                // What is under way is stored; how it went still counts.
                while state.underWay > 0 { try? await state.take(&group) }
                return error
            }
        }
        self = state
        if let problem { throw problem }
    }

    // MARK: - Reading

    private mutating func read(_ source: ImportRun.OpenSource, _ group: inout Group) async throws(ImportError) {
        while !run.stop.isWanted {
            let (chunk, isEnd) = try await chunk(of: source)
            try await sift(chunk, &group)
            if isEnd { return }
        }
    }

    /// The next items, with as many bytes as a batch may have.
    private mutating func chunk(
        of source: ImportRun.OpenSource
    ) async throws(ImportError) -> (candidates: [Candidate], isEnd: Bool) {
        var candidates: [Candidate] = []
        var byteCount = 0
        while candidates.count < 4 * run.limits.batchCount, byteCount < run.limits.batchBytes, !run.stop.isWanted {
            let item: SourceItem?
            do throws(SourceError) { item = try await nextItem(of: source.source) } catch {
                // What came before it counts, and so does what other sources have.
                fail(source.path, error.message)
                return (candidates, true)
            }
            guard let item else { return (candidates, true) }
            // What was broken off on the way has not failed.
            if run.stop.isWanted { return (candidates, false) }
            let share = source.source.share
            run.progress.update { $0.share = share }
            guard let candidate = try await candidate(item, of: source) else { continue }
            byteCount += candidate.bytes?.count ?? 0
            candidates.append(candidate)
        }
        return (candidates, false)
    }

    /// Items that were read ahead, because several pictures are fetched at a time.
    private var readAhead: [SourceItem] = []
    /// What ended the source while it was read ahead.
    private var endOfSource: SourceError?

    private mutating func nextItem(of source: any PictureSource) async throws(SourceError) -> SourceItem? {
        if !readAhead.isEmpty { return readAhead.removeFirst() }
        if let problem = endOfSource {
            endOfSource = nil
            throw problem
        }
        guard let first = try source.next() else { return nil }
        // Where the path gives the id, only what is not there yet is fetched.
        guard case .url = first.content, options.ids != .path else { return first }
        var items = [first]
        do throws(SourceError) {
            while items.count < run.limits.fetchesAtOnce, let item = try source.next() { items.append(item) }
        } catch {
            endOfSource = error
        }
        readAhead = await fetched(items)
        return readAhead.removeFirst()
    }

    /// The same items with the pictures that they name by URLs.
    private func fetched(_ items: [SourceItem]) async -> [SourceItem] {
        await withTaskGroup(of: Fetched.self) { group in
            for (index, item) in items.enumerated() {
                guard case .url(let url) = item.content else { continue }
                group.addTask { [fetcher = run.fetcher] in
                    Fetched(index: index, content: await Self.content(at: url, by: fetcher))
                }
            }
            var items = items
            for await fetched in group { items[fetched.index].content = fetched.content }
            return items
        }
    }

    /// What became of the URL of an item.
    private struct Fetched: Sendable {
        /// Of the item among those that were read ahead.
        let index: Int
        let content: SourceItem.Content
    }

    private static func content(at url: String, by fetcher: any PictureFetching) async -> SourceItem.Content {
        do throws(FetchError) { return .bytes(try await fetcher.picture(at: url)) } catch {
            return .unreadable(error.message)
        }
    }

    /// - Returns: `nil` for what comes to its end here.
    private mutating func candidate(
        _ item: SourceItem, of source: ImportRun.OpenSource
    ) async throws(ImportError) -> Candidate? {
        let place = run.paths.count > 1 ? source.prefix + item.place : item.place
        switch item.content {
        case .unreadable(let reason):
            fail(place, reason)
            return nil
        case .ignored:
            run.progress.update { $0.ignored += 1 }
            return nil
        case .file, .bytes, .url, .vector: break
        }
        do throws(SourceFault) {
            return try await identified(item, place: place, path: source.prefix + (item.path ?? item.place))
        } catch {
            fail(place, error.reason)
            return nil
        }
    }

    /// Finds out the id, for which the picture may have to be read.
    private func identified(
        _ item: SourceItem, place: String, path: String
    ) async throws(SourceFault) -> Candidate? {
        var candidate = Candidate(item: item, place: place, id: ObjectID(high: 0, low: 0))
        switch options.ids {
        case .path: candidate.id = ids.id(ofPath: path)
        case .content:
            guard let digest = try await digest(&candidate) else { return nil }
            candidate.id = ids.id(ofContent: digest)
        case .uuid:
            if let given = try givenID(item) {
                candidate.id = given
            } else if let journal {
                guard let digest = try await digest(&candidate) else { return nil }
                let key = ImportJournal.Key(place: place, digest: digest)
                candidate.id = journal.id(for: key) ?? .random()
                candidate.key = key
            } else {
                candidate.id = .random()
            }
        }
        return candidate
    }

    private func givenID(_ item: SourceItem) throws(SourceFault) -> ObjectID? {
        guard let value = item.properties.first(where: { $0.name == options.idColumn })?.value, value != .null else {
            return nil
        }
        guard case .string(let text) = value, let id = ObjectID(text) else {
            throw SourceFault("its '\(options.idColumn)' is no UUID")
        }
        return id
    }

    /// SHA-256 of the content; `nil` for what is no picture and not meant to be one.
    private func digest(_ candidate: inout Candidate) async throws(SourceFault) -> [UInt8]? {
        if case .vector(let values) = candidate.item.content {
            // Safety: floats have no padding, and all bytes are copied.
            var bytes = unsafe values.withUnsafeBytes { unsafe Array($0) }
            // Equal vectors may be of different things.
            for property in candidate.item.properties { bytes += property.name.utf8 + [0] + property.value.encoded }
            return PictureDigest.sha256(of: bytes.span)
        }
        guard try await load(&candidate), let bytes = candidate.bytes else { return nil }
        return PictureDigest.sha256(of: bytes.span)
    }

    /// Reads the picture unless that was done.
    ///
    /// - Returns: `false` for what is no picture and not meant to be one, which is counted.
    private func load(_ candidate: inout Candidate) async throws(SourceFault) -> Bool {
        guard candidate.bytes == nil else { return true }
        let bytes: [UInt8]
        var isNamed = false
        switch candidate.item.content {
        case .file(let file): bytes = try file.read(limit: run.opening.limits.pictureBytes)
        case .bytes(let given): bytes = given
        case .url(let url):
            isNamed = true
            do throws(FetchError) { bytes = try await run.fetcher.picture(at: url) } catch {
                throw SourceFault(error.message)
            }
        case .vector, .unreadable, .ignored: return true
        }
        candidate.item.content = .ignored("")
        do throws(ImageVectorizerError) { _ = try PictureFormat(of: bytes) } catch {
            // In folders lie other things, too; a table names what is meant.
            isNamed = isNamed || candidate.item.place != candidate.item.path
            guard isNamed || PictureName.isPicture(candidate.item.path ?? "") else {
                run.progress.update { $0.ignored += 1 }
                return false
            }
            throw SourceFault(error.message)
        }
        candidate.bytes = bytes
        return true
    }

    // MARK: - What is there already

    private mutating func sift(_ candidates: [Candidate], _ group: inout Group) async throws(ImportError) {
        guard !candidates.isEmpty else { return }
        var taken: Set<ObjectID> = []
        if options.existing != .replace, isClassThere {
            taken = try await run.target.existing(
                candidates.map(\.id), in: options.collection, tenant: options.tenant)
        }
        for var candidate in candidates {
            if run.stop.isWanted { return }
            if taken.contains(candidate.id) || pending.contains(candidate.id) {
                if options.existing == .fail {
                    fail(candidate.place, "an object with its id, \(candidate.id), is there already")
                } else {
                    run.progress.update { $0.skipped += 1 }
                }
                continue
            }
            if let object = await loaded(&candidate) { try await add(object, candidate, &group) }
        }
    }

    /// The object, read as far as it was not; `nil` for what has come to its end.
    private func loaded(_ candidate: inout Candidate) async -> ImportObject? {
        do throws(SourceFault) {
            return try await load(&candidate) ? try object(of: candidate) : nil
        } catch {
            fail(candidate.place, error.reason)
            return nil
        }
    }

    private func object(of candidate: Candidate) throws(SourceFault) -> ImportObject {
        var object = ImportObject(id: candidate.id, properties: try mapping.properties(of: candidate.item))
        if case .vector(let values) = candidate.item.content { object.vector = values }
        if let bytes = candidate.bytes, let property = mapping.pictureProperty {
            object.picture = (property, bytes)
            if options.isDryRun {
                do throws(ImageVectorizerError) { _ = try Picture(bytes, limits: run.decodingLimits) } catch {
                    throw SourceFault(error.message)
                }
            }
        }
        return object
    }

    // MARK: - Storing

    private var newEntries: [(key: ImportJournal.Key, id: ObjectID)] = []

    private mutating func add(
        _ object: ImportObject, _ candidate: Candidate, _ group: inout Group
    ) async throws(ImportError) {
        let byteCount = object.picture?.bytes.count ?? 4 * (object.vector?.count ?? 0)
        if !batch.isEmpty, batchBytes + byteCount > run.limits.batchBytes { try await send(&group) }
        batch.append(object)
        places.append(candidate.place)
        batchBytes += byteCount
        pending.insert(object.id)
        if let key = candidate.key, journal?.id(for: key) == nil { newEntries.append((key, object.id)) }
        if batch.count >= run.limits.batchCount { try await send(&group) }
    }

    /// Hands the batch over; waits if too many are under way.
    private mutating func send(_ group: inout Group) async throws(ImportError) {
        guard !batch.isEmpty else { return }
        try journal?.add(newEntries)
        newEntries = []
        let (objects, places) = (batch, places)
        batch = []
        self.places = []
        batchBytes = 0
        if options.isDryRun {
            run.progress.update { $0.stored += objects.count }
            return
        }
        while underWay >= run.limits.batchesUnderWay { try await take(&group) }
        underWay += 1
        group.addTask { [target = run.target, options] in
            let ids = objects.map(\.id)
            do throws(ImportError) {
                let reasons = try await target.store(objects, in: options.collection, tenant: options.tenant)
                return Outcome(ids: ids, places: places, result: .success(reasons))
            } catch {
                return Outcome(ids: ids, places: places, result: .failure(error))
            }
        }
    }

    /// Waits for a batch, and counts what has come of it.
    private mutating func take(_ group: inout Group) async throws(ImportError) {
        guard let outcome = await group.next() else { return }
        underWay -= 1
        pending.subtract(outcome.ids)
        let reasons = try outcome.result.get()
        let failures = zip(outcome.places, reasons).filter { $0.1 != nil }
        run.progress.update { $0.stored += reasons.count - failures.count }
        for (place, reason) in failures { fail(place, reason ?? "") }
        if failures.count < reasons.count { isHopeless = false }
        guard isHopeless, let reason = failures.first?.1 else { return }
        firstReason = firstReason ?? reason
        isHopeless = failures.allSatisfy { $0.1 == firstReason }
        let count = run.progress.counts.failed
        if isHopeless, count >= run.limits.hopelessCount { throw .hopeless(reason: reason, count: count) }
    }

    private func fail(_ place: String, _ reason: String) {
        run.progress.update { $0.failed += 1 }
        run.listener.failed(ImportFailure(place: place, reason: reason))
    }
}

/// Names that files with pictures have.
enum PictureName {
    private static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "dib", "webp", "tif", "tiff", "heic", "heif", "avif", "jp2",
        "j2k", "jxl", "svg", "ico", "psd", "raw", "tga",
    ]

    /// By its ending.
    static func isPicture(_ path: String) -> Bool {
        guard let point = path.lastIndex(of: "."), !path[point...].contains("/") else { return false }
        return endings.contains(path[path.index(after: point)...].lowercased())
    }
}
