// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage

/// How far a backup, or the restore of one, has come.
package enum BackupPhase: String, Hashable, Sendable {
    case started
    /// Data are being copied.
    case transferring
    /// All data are there; the collections are about to appear.
    case finalizing
    case success
    case failed
    case canceled

    /// Whether nothing more will happen.
    package var isFinal: Bool {
        switch self {
        case .started, .transferring, .finalizing: false
        case .success, .failed, .canceled: true
        }
    }
}

/// A backup, or the restore of one: what is in it and how far it is.
package struct BackupRecord: Hashable, Sendable {
    /// One collection of it, in a file of its own.
    package struct Part: Hashable, Sendable {
        package var collection: String
        /// The name of the archive in the backup's folder.
        var file: String
        /// The aliases that stood for the collection.
        package var aliases: [String] = []
        var summary = ArchiveSummary()
    }

    package let id: String
    /// The folder of the backup.
    package let path: String
    package var phase = BackupPhase.started
    /// Why it failed or was canceled.
    package var problem: String?
    /// Milliseconds since 1970.
    package let startTime: Int64
    package var endTime: Int64?
    /// The version of the storage format that its archives are written in.
    package var storageFormat = StorageEnvironment.formatVersion
    package var parts: [Part]

    package init(id: String, path: String, startTime: Int64, collections: [String]) {
        self.id = id
        self.path = path
        self.startTime = startTime
        parts = collections.enumerated().map { Part(collection: $1, file: "\($0 + 1).archive") }
    }

    package var collections: [String] { parts.map(\.collection) }

    /// Of everything that is saved, before it was packed.
    package var sizeInBytes: Int { parts.reduce(0) { $0 + $1.summary.byteCount } }

    func ended(_ phase: BackupPhase, at time: Int64, because problem: String? = nil) -> Self {
        var record = self
        record.phase = phase
        record.problem = problem
        record.endTime = time
        return record
    }
}

extension BackupRecord {
    /// Ended by an error: canceled by one who asked for it or by the end of the server, else failed.
    func ended(because error: any Error, isStopping: Bool, at time: Int64) -> Self {
        if error is CancellationError {
            let reason = isStopping ? BackupProblem.interrupted : .canceled
            return ended(.canceled, at: time, because: reason.message)
        }
        let reason =
            switch error {
            case let problem as BackupProblem: problem.message
            case let error as StorageError: error.message
            case let error as DatabaseError: error.message
            default: String(describing: error)
            }
        return ended(.failed, at: time, because: reason)
    }
}

/// What is asked for.
package struct BackupRequest: Hashable, Sendable {
    package var id: String
    /// Names of collections, `*` and `?` for any characters and any one; empty: all.
    package var included: [String] = []
    package var excluded: [String] = []
    package var compression = Compression.balanced
    /// For a restore: whether an alias that stands for another collection by now is changed back.
    package var overwritesAliases = false

    package init(id: String) { self.id = id }

    /// How much time is spent on making files small.
    package enum Compression: Hashable, Sendable {
        case none, fastest, balanced, smallest

        var ofArchive: ArchiveCompression {
            switch self {
            case .none: .none
            case .fastest: .fastest
            case .balanced: .balanced
            case .smallest: .smallest
            }
        }
    }

    /// - Throws: `BackupProblem` for an id that cannot be the name of a folder, and for lists that contradict each other.
    func check() throws(BackupProblem) {
        try Self.check(id: id)
        guard included.isEmpty || excluded.isEmpty else { throw .includeAndExclude }
        var seen: Set<String> = []
        for name in included where !seen.insert(name).inserted { throw .includedTwice(name) }
    }

    /// How long a file's name may be on Linux.
    private static let longestID = 255

    /// - Throws: `BackupProblem.invalidID`, so that an id never leads out of the folder of backups.
    static func check(id: String) throws(BackupProblem) {
        let isUsable =
            (1...longestID).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isUsable else { throw .invalidID(id) }
    }

    /// Which of `available` are meant, in the order in which they are included.
    ///
    /// - Returns: names that are not available too, if they were named without `*` and `?`.
    func chosen(among available: [String]) -> [String] {
        let included = Self.expanded(included, among: available)
        let excluded = Set(Self.expanded(excluded, among: available))
        return (self.included.isEmpty ? available : included).filter { !excluded.contains($0) }
    }

    private static func expanded(_ patterns: [String], among available: [String]) -> [String] {
        var seen: Set<String> = []
        return patterns.flatMap { pattern -> [String] in
            guard pattern.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) else {
                return [pattern]
            }
            let pattern = Array(pattern.utf8)
            return available.filter { matches(Array($0.utf8), pattern) }
        }.filter { seen.insert($0).inserted }
    }

    /// Whether a name fits a pattern. O(n·m), without recursion: only the last `*` is ever gone back to.
    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        var position = 0
        var next = 0
        var star: (next: Int, position: Int)?
        while position < name.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                next += 1
                star = (next, position)
            } else if next < pattern.count, pattern[next] == UInt8(ascii: "?") || pattern[next] == name[position] {
                next += 1
                position += 1
            } else if let last = star {
                star = (last.next, last.position + 1)
                (next, position) = (last.next, last.position + 1)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
