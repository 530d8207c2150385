// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import HTTPServer
import JSON

/// A list of tenants as a request has it.
struct TenantsBody {
    struct Entry {
        var name = ""
        /// `nil` where none is given.
        var status: ActivityStatus?
    }

    private(set) var entries: [Entry] = []

    /// What an entry takes beside its texts, its part of the answer included.
    private static let bytesForEntry = 512

    /// - Throws: the refusal of a body of another shape, or of a status that there is not.
    init(reading request: HTTPRequest) throws(Refusal) {
        var reader = try BodyReader(request)
        var entries: [Entry] = []
        var hasUnknownStatus = false
        try reader.list(ofType: "*models.Tenant") { (reader) throws(Refusal) in
            try reader.charge(Self.bytesForEntry)
            var entry = Entry()
            try reader.members(ofType: "models.Tenant") { (reader, name) throws(Refusal) in
                switch name {
                case "name": entry.name = try reader.text("Tenant.name") ?? ""
                case "activityStatus":
                    let text = try reader.text("Tenant.activityStatus") ?? ""
                    entry.status = ActivityStatus(rawValue: text)
                    if entry.status == nil, !text.isEmpty { hasUnknownStatus = true }
                default: try reader.skip()
                }
            }
            entries.append(entry)
        }
        guard !hasUnknownStatus else {
            throw .notOneOf("activityStatus", in: "body", ActivityStatus.allCases.map(\.rawValue))
        }
        self.entries = entries
    }

    /// The tenants that the entries stand for; one without a status is to be as `fallback` says.
    ///
    /// - Throws: the refusal of a status that no tenant can be given.
    func tenants(fallback: Tenant.Status?) throws(Refusal) -> [Tenant] {
        var tenants: [Tenant] = []
        var problems: [String] = []
        for entry in entries {
            switch entry.status?.meaning {
            case .status(let status)?: tenants.append(Tenant(name: entry.name, status: status))
            case .offloaded?:
                throw .handler(422, "can't offload tenants, because offload-s3 module is not enabled")
            case nil:
                if let fallback {
                    tenants.append(Tenant(name: entry.name, status: fallback))
                } else {
                    problems.append(Self.problem(entry))
                }
            case .transition?: problems.append(Self.problem(entry))
            }
        }
        guard problems.isEmpty else { throw .handler(422, problems.prefix(20).joined(separator: ", ")) }
        return tenants
    }

    private static func problem(_ entry: Entry) -> String {
        "invalid activity status '\(entry.status?.rawValue ?? "")' for tenant \"\(entry.name)\""
    }
}
