// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// The body of a request for a backup or a restore.
enum BackupBody {
    static let largestShare = 80
    private static let chunkSizes = 2...512

    /// - Parameter id: of the path; `nil` where the body names it.
    static func reading(_ request: HTTPRequest, id: String?) throws(Refusal) -> BackupRequest {
        var reader = try BodyReader(request)
        let fields = try BodyFields(
            try reader.value(), type: id == nil ? "BackupCreateRequest" : "BackupRestoreRequest", parameter: "body")
        var wanted = BackupRequest(id: id ?? "")
        if id == nil {
            guard let named = try fields.text("id") else {
                throw .framework(422, code: Refusal.requiredCode, "id in body is required")
            }
            wanted.id = named
        }
        wanted.included = try fields.texts("include")?.map(CollectionName.normalized) ?? []
        wanted.excluded = try fields.texts("exclude")?.map(CollectionName.normalized) ?? []
        if let config = try fields.fields("config", type: "BackupConfig") {
            wanted.compression = try compression(config)
            try check(config)
        }
        wanted.overwritesAliases = try fields.boolean("overwriteAlias") ?? false
        if let base = try fields.text("incremental_base_backup_id"), !base.isEmpty {
            throw .unsupported("an incremental backup")
        }
        return wanted
    }

    /// By the names that requests have for them.
    static let compressionLevels: [(String, BackupRequest.Compression)] = [
        ("DefaultCompression", .balanced), ("BestSpeed", .fastest), ("BestCompression", .smallest),
        ("ZstdDefaultCompression", .balanced), ("ZstdBestSpeed", .fastest), ("ZstdBestCompression", .smallest),
        ("NoCompression", .none),
    ]

    private static func compression(_ config: BodyFields) throws(Refusal) -> BackupRequest.Compression {
        guard let name = try config.text("CompressionLevel") else { return .balanced }
        guard let found = compressionLevels.first(where: { $0.0 == name }) else {
            throw .notOneOf("config.CompressionLevel", in: "body", compressionLevels.map(\.0))
        }
        return found.1
    }

    /// Numbers have to make sense, but nothing here depends on them.
    private static func check(_ config: BodyFields) throws(Refusal) {
        if let share = try config.int("CPUPercentage"), !(0...largestShare).contains(share) {
            throw .framework(
                422, code: 607, "config.CPUPercentage in body should be between 1 and \(largestShare)")
        }
        if let size = try config.int("ChunkSize"), size != 0, !chunkSizes.contains(size) {
            throw .framework(
                422, code: 607,
                "config.ChunkSize in body should be between \(chunkSizes.lowerBound) and \(chunkSizes.upperBound)")
        }
        for name in ["Bucket", "Path", "Endpoint"] where try config.text(name) != nil {
            throw .handler(
                422,
                "config.\(name) has no meaning for the backend 'filesystem'; BACKUP_FILESYSTEM_PATH names its folder")
        }
    }
}
