// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import ObjectStorage

/// The folder that holds backups, each in a folder called like it. `Docs/formats/backups.md` describes the files.
///
/// All calls block on file I/O.
struct BackupFolder: Sendable {
    /// Which of the two things that happen to a backup a file tells of.
    enum Log: String {
        case backup = "backup.json"
        case restore = "restore.json"
    }

    let path: String

    func folder(of id: String) -> String { "\(path)/\(id)" }

    /// - Throws: `BackupProblem.invalidID`, `.damaged`, `.newerFormat`.
    /// - Returns: `nil` if there is no such backup, or it was never restored.
    func record(of id: String, _ log: Log) throws(BackupProblem) -> BackupRecord? {
        try BackupRequest.check(id: id)
        let file = "\(folder(of: id))/\(log.rawValue)"
        guard let data = FileManager.default.contents(atPath: file) else {
            guard !FileManager.default.fileExists(atPath: file) else {
                throw .damaged(path: file, reason: "it cannot be read")
            }
            return nil
        }
        let record = try BackupRecordCodec.decoded([UInt8](data), path: folder(of: id), file: file)
        guard record.id == id else { throw .damaged(path: file, reason: "it belongs to the backup '\(record.id)'") }
        return record
    }

    /// All backups, those that cannot be read left out.
    ///
    /// - Complexity: O(backups).
    func records() -> [BackupRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { try? record(of: $0, .backup) }
    }

    /// Makes the folder of a backup and all above it.
    func create(_ id: String) throws {
        try FileManager.default.createDirectory(atPath: folder(of: id), withIntermediateDirectories: true)
    }

    /// Writes what is known of a backup, whole or not at all, and brings it to the medium.
    func write(_ record: BackupRecord, _ log: Log) throws {
        let file = "\(folder(of: record.id))/\(log.rawValue)"
        try DurableFile.write(BackupRecordCodec.encoded(record), to: file)
    }

    /// What the system says about a failure of `create` or `write`.
    static func reason(of error: any Error) -> String {
        (error as? DurableFile.Failure)?.reason ?? error.localizedDescription
    }

    /// Removes the data of a backup, as far as they are there.
    func removeParts(of record: BackupRecord) {
        for part in record.parts {
            try? FileManager.default.removeItem(atPath: "\(folder(of: record.id))/\(part.file)")
        }
    }
}

/// Records as JSON.
private enum BackupRecordCodec {
    static let version = 1

    static func encoded(_ record: BackupRecord) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("version")
        writer.number(version)
        writer.key("storageFormat")
        writer.number(record.storageFormat)
        writer.member("id", .string(record.id))
        writer.member("phase", .string(record.phase.rawValue))
        writer.key("startTime")
        writer.number(Int(record.startTime))
        if let end = record.endTime {
            writer.key("endTime")
            writer.number(Int(end))
        }
        if let problem = record.problem { writer.member("problem", .string(problem)) }
        writer.key("collections")
        writer.beginArray()
        for part in record.parts {
            writer.beginObject()
            writer.member("name", .string(part.collection))
            writer.member("file", .string(part.file))
            if !part.aliases.isEmpty { writer.member("aliases", .array(part.aliases.map { .string($0) })) }
            writer.key("entries")
            writer.number(part.summary.entryCount)
            writer.key("bytes")
            writer.number(part.summary.byteCount)
            writer.key("fileBytes")
            writer.number(part.summary.fileByteCount)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    static func decoded(_ bytes: [UInt8], path: String, file: String) throws(BackupProblem) -> BackupRecord {
        guard case .object(let object)? = try? JSONValue(parsing: bytes) else {
            throw .damaged(path: file, reason: "it is not a JSON object")
        }
        guard let version = integer(object["version"]), let format = integer(object["storageFormat"]) else {
            throw .damaged(path: file, reason: "it names no version")
        }
        guard version <= Self.version, format <= StorageEnvironment.formatVersion else {
            throw .newerFormat(path: file)
        }
        guard case .string(let id)? = object["id"], case .string(let phase)? = object["phase"],
            let phase = BackupPhase(rawValue: phase), let start = integer(object["startTime"]),
            case .array(let parts)? = object["collections"]
        else { throw .damaged(path: file, reason: "something is missing in it") }
        var record = BackupRecord(id: id, path: path, startTime: Int64(start), collections: [])
        record.phase = phase
        record.storageFormat = format
        record.endTime = integer(object["endTime"]).map(Int64.init)
        if case .string(let problem)? = object["problem"] { record.problem = problem }
        for part in parts {
            guard case .object(let part) = part, case .string(let name)? = part["name"],
                case .string(let archive)? = part["file"], isFileName(archive)
            else { throw .damaged(path: file, reason: "a collection of it makes no sense") }
            let summary = ArchiveSummary(
                entryCount: integer(part["entries"]) ?? 0, byteCount: integer(part["bytes"]) ?? 0,
                fileByteCount: integer(part["fileBytes"]) ?? 0)
            record.parts.append(
                BackupRecord.Part(
                    collection: name, file: archive, aliases: try aliases(part["aliases"], file: file),
                    summary: summary))
        }
        return record
    }

    /// Those of a collection; none in backups from before they were saved.
    private static func aliases(_ value: JSONValue?, file: String) throws(BackupProblem) -> [String] {
        guard let value else { return [] }
        guard case .array(let elements) = value else {
            throw .damaged(path: file, reason: "the aliases of a collection make no sense")
        }
        var aliases: [String] = []
        for element in elements {
            guard case .string(let name) = element, CollectionName.isValid(name) else {
                throw .damaged(path: file, reason: "an alias of a collection makes no sense")
            }
            aliases.append(name)
        }
        return aliases
    }

    /// Whether a name stays in the folder of the backup.
    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
    }

    private static func integer(_ value: JSONValue?) -> Int? {
        guard case .number(let number)? = value else { return nil }
        return number.integer
    }
}
