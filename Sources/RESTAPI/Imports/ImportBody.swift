// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer
import Importing
import JSON

/// The body of a request for an import: the flags of `needletail import` as members.
enum ImportBody {
    static let members: Set<String> = [
        "class", "source", "sources", "tenant", "pictureProperty", "labelFromFolder", "property", "id", "idColumn",
        "existing", "dryRun", "pictureColumn", "properties",
    ]

    static func reading(_ request: HTTPRequest) throws(Refusal) -> ImportRequest {
        var reader = try BodyReader(request)
        let fields = try BodyFields(try reader.value(), type: "Import", parameter: "body")
        if let unknown = fields.members.members.first(where: { !members.contains($0.name) }) {
            throw .handler(
                422,
                "an import has no member '\(unknown.name.prefix(100))'; it may have \(members.sorted().joined(separator: ", "))"
            )
        }
        guard let name = try fields.text("class") else { throw required("class") }
        let collection = CollectionName.normalized(name)
        guard CollectionName.isValid(collection) else {
            throw .handler(422, "'\(name.prefix(300))' is not a valid class name")
        }
        var sources = try fields.texts("sources") ?? []
        if let source = try fields.text("source") { sources.insert(source, at: 0) }
        guard !sources.isEmpty else { throw required("source") }
        var options = ImportOptions(collection: collection)
        options.tenant = try fields.text("tenant")
        options.pictureProperty = try fields.text("pictureProperty")
        options.labelProperty = try fields.text("labelFromFolder")
        options.constants = try constants(fields)
        options.ids = try choice("id", fields) ?? .content
        options.existing = try choice("existing", fields) ?? .skip
        options.isDryRun = try fields.boolean("dryRun") ?? false
        if let column = try fields.text("idColumn") {
            guard options.ids == .uuid else { throw .handler(422, "idColumn has no effect unless id is 'uuid'") }
            options.idColumn = column
        }
        var wanted = ImportRequest(options: options, sources: sources)
        wanted.pictureColumn = try fields.text("pictureColumn")
        wanted.properties = try fields.text("properties")
        guard wanted.properties == nil || sources.count == 1 && sources[0].lowercased().hasSuffix(".npy") else {
            throw .handler(422, "properties belongs to one source of .npy vectors")
        }
        return wanted
    }

    private static func required(_ name: String) -> Refusal {
        .framework(422, code: Refusal.requiredCode, "\(name) in body is required")
    }

    private static func constants(_ fields: BodyFields) throws(Refusal) -> [ImportOptions.Constant] {
        guard let given = try fields.fields("property", type: "map[string]string") else { return [] }
        var constants: [ImportOptions.Constant] = []
        for member in given.members.members {
            let text =
                switch member.value {
                case .string(let text): text
                case .number(let number): number.literal
                case .boolean(let value): value ? "true" : "false"
                case .null, .array, .object:
                    throw Refusal.handler(
                        422, "property.\(member.name.prefix(100)) must be a text, a number or a boolean")
                }
            constants.append(.init(name: member.name, value: text))
        }
        return constants
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ fields: BodyFields
    ) throws(Refusal) -> Choice? where Choice.RawValue == String {
        guard let text = try fields.text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw .notOneOf(name, in: "body", Choice.allCases.map(\.rawValue))
        }
        return choice
    }
}
