// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// Backups to a folder, while the server works.
extension APIOperation {
    private static let backupID = APIParameter.path("id", "The name of a backup", example: OpenAPIExamples.backup)
    private static let noBackup = APIResponse.refusal(404, "There is no such backup, or none was restored")

    static let listBackups = APIOperation(
        "backups.list",
        parameters: [
            .query(
                "order", .oneOf(["asc", "desc"]).byDefault("desc"),
                "By the time of their beginning; `desc`: the newest first")
        ],
        responses: [.json("The backups", .array(of: .reference(.backupOfList))), .invalid])

    static let startBackup = APIOperation(
        "backups.create", "Writes go on meanwhile. Needs `BACKUP_FILESYSTEM_PATH`.",
        body: APIRequestBody(
            .json(
                .object([
                    .required(
                        "id", .string.described("Lower case letters, digits, `-` and `_`").matching("^[a-z0-9_-]+$")),
                    .optional("include", .array(of: .string).described("Only these classes")),
                    .optional("exclude", .array(of: .string).described("All but these classes")),
                    .optional("config", .reference(.backupConfig)),
                ]),
                APIExample("Everything", #"{"id": "nightly"}"#),
                APIExample(
                    "One class, fast",
                    #"{"id": "memes", "include": ["\#(OpenAPIExamples.pictureClass)"], "config": {"CompressionLevel": "BestSpeed"}}"#
                )
            )),
        responses: [
            .json("It has begun", .reference(.backup)), .unreadable, .invalid,
            .refusal(500, "The folder can't be used"),
        ])

    static let backupStatus = APIOperation(
        "backups.create.status", parameters: [backupID],
        responses: [.json("The backup", .reference(.backupStatus)), noBackup, .invalid])

    static let cancelBackup = APIOperation(
        "backups.cancel", parameters: [backupID], responses: [.doneWithoutContent, noBackup, .invalid])

    static let startRestore = APIOperation(
        "backups.restore", "All of it or nothing is restored. Classes that are there already are refused.",
        parameters: [backupID],
        body: APIRequestBody(
            .json(
                .object([
                    .optional("include", .array(of: .string).described("Only these classes")),
                    .optional("exclude", .array(of: .string).described("All but these classes")),
                    .optional(
                        "overwriteAlias",
                        .boolean.byDefault(false).described("Whether aliases that are there are replaced")),
                    .optional("config", .reference(.backupConfig)),
                ]), APIExample("Everything", "{}"))),
        responses: [.json("It has begun", .reference(.backup)), .unreadable, noBackup, .invalid])

    static let restoreStatus = APIOperation(
        "backups.restore.status", parameters: [backupID],
        responses: [.json("The restore", .reference(.backupStatus)), noBackup, .invalid])

    static let cancelRestore = APIOperation(
        "backups.restore.cancel", parameters: [backupID], responses: [.doneWithoutContent, noBackup, .invalid])
}

extension SchemaComponent {
    private static let status = JSONSchema.oneOf([
        "STARTED", "TRANSFERRING", "FINALIZING", "SUCCESS", "FAILED", "CANCELED",
    ])
    private static let times: [SchemaMember] = [
        .required("startedAt", .string(format: "date-time")),
        .required("completedAt", .string(format: "date-time").described("In the year 1 while it is under way")),
        .required("size", .number.described("Gibibytes")),
    ]
    private static let described: [SchemaMember] = [
        .required("id", .string), .required("backend", .string), .required("path", .string),
        .required("status", status),
        .optional("error", .string.described("Why it failed")),
    ]

    static let backup = SchemaComponent("Backup") {
        .object(described + [.required("classes", .array(of: .string))])
    }

    static let backupStatus = SchemaComponent("BackupStatus") { .object(described + times) }

    static let backupOfList = SchemaComponent("BackupOfList") {
        .object(
            [.required("id", .string), .required("status", status), .required("classes", .array(of: .string))] + times)
    }

    static let backupConfig = SchemaComponent("BackupConfig") {
        .object([
            .optional(
                "CompressionLevel",
                .oneOf(BackupBody.compressionLevels.map(\.0)).byDefault("DefaultCompression")),
            .optional("CPUPercentage", .integer.limited(to: 0...BackupBody.largestShare).described("Has no effect")),
            .optional("ChunkSize", .integer.described("Has no effect")),
        ])
    }
}
