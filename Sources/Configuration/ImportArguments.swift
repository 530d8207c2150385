// SPDX-License-Identifier: Apache-2.0

/// What `needletail import` is asked to do.
package struct ImportArguments: Sendable, Equatable {
    /// Where the pictures go.
    package enum Destination: Sendable, Equatable {
        /// The address of a running server.
        case server(String)
        /// The data folder of the settings, which no server has open.
        case dataFolder
    }

    package enum IDScheme: String, Sendable, CaseIterable { case content, path, uuid }
    package enum ExistingPolicy: String, Sendable, CaseIterable { case skip, replace, fail }

    package struct Constant: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// Paths of folders, archives, tables and vectors.
    package var sources: [String] = []
    /// As it was given.
    package var collection = ""
    package var destination = Destination.server(defaultServer)
    package var tenant: String?
    package var pictureProperty: String?
    package var labelProperty: String?
    package var constants: [Constant] = []
    package var ids = IDScheme.content
    package var idColumn: String?
    package var existing = ExistingPolicy.skip
    package var pictureColumn: String?
    /// The table with the properties of vectors.
    package var properties: String?
    /// Where failures are noted; `nil`: in the working folder.
    package var report: String?
    /// Where random ids are noted; `nil`: in the user's folder for such.
    package var journal: String?
    package var isDryRun = false
    /// Whether progress is told in JSON.
    package var tellsInJSON = false

    package static let defaultServer = "http://127.0.0.1:8080"

    package init() {}
}

/// A flag of `needletail import`, for reading and for help.
struct ImportFlag: Sendable {
    let name: String
    /// What stands for its value in help; `nil` of flags without one.
    let value: String?
    let meaning: String
    /// Takes the value over; says what is expected instead if it does not do.
    let take: @Sendable (String, inout ImportArguments) -> String?

    static let all: [ImportFlag] = [
        ImportFlag("--class", "NAME", "The class to import into. It is made if it is missing.", \.collection),
        ImportFlag(
            name: "--server", value: "URL",
            meaning:
                "Sends to a running server [\(ImportArguments.defaultServer)]. Its key, if it asks for one, is taken from "
                + "NEEDLETAIL_API_KEY."
        ) { text, arguments in
            guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
                return "a URL such as \(ImportArguments.defaultServer)"
            }
            arguments.destination = .server(text)
            return nil
        },
        ImportFlag(
            "--label-from-folder", "PROPERTY", "Stores the name of the folder that a picture lies in as this property.",
            \.labelProperty),
        ImportFlag(
            name: "--property", value: "NAME=VALUE",
            meaning: "Stores a value that is the same for all; may be given more than once."
        ) { text, arguments in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { return "NAME=VALUE" }
            arguments.constants.append(.init(name: String(parts[0]), value: String(parts[1])))
            return nil
        },
        ImportFlag(
            choice: "--id", "content|path|uuid",
            "Where ids come from: 'content' makes equal pictures one object, 'path' takes the path within the source, 'uuid' the "
                + "column of ids or a random one [content].", \.ids),
        ImportFlag(
            choice: "--existing", "skip|replace|fail", "What becomes of pictures whose id is there already [skip].",
            \.existing),
        ImportFlag("--picture-property", "NAME", "The property of the pictures [image].", \.pictureProperty),
        ImportFlag(
            "--picture-column", "NAME",
            "The column of a table that has paths, which are relative to the table, or URLs; found by its name if not given.",
            \.pictureColumn),
        ImportFlag("--id-column", "NAME", "The column with UUIDs, for --id uuid [id].", \.idColumn),
        ImportFlag(
            "--properties", "FILE", "For .npy vectors: a .jsonl or .csv file with one row of properties a vector.",
            \.properties),
        ImportFlag("--tenant", "NAME", "The tenant, in classes that have some.", \.tenant),
        ImportFlag(
            "--report", "FILE",
            "Where failures are noted, a JSON object a line with path and reason [needletail-import-CLASS-failures.jsonl].",
            \.report),
        ImportFlag(
            "--journal", "FILE",
            "Where --id uuid notes the random ids, to go on where it was [below ~/.local/state/needletail].",
            \.journal),
        ImportFlag(switch: "--dry-run", "Reads everything, shows what would happen, and stores nothing.", \.isDryRun),
        ImportFlag(
            switch: "--json", "Tells progress and result as JSON, an object a line, on the standard output.",
            \.tellsInJSON),
    ]

    static func named(_ name: String) -> ImportFlag? { all.first { $0.name == name } }
}

extension ImportFlag {
    private init(
        _ name: String, _ value: String, _ meaning: String,
        _ field: any WritableKeyPath<ImportArguments, String> & Sendable
    ) {
        self.init(name: name, value: value, meaning: meaning) { text, arguments in
            guard !text.isEmpty else { return value }
            arguments[keyPath: field] = text
            return nil
        }
    }

    private init(
        _ name: String, _ value: String, _ meaning: String,
        _ field: any WritableKeyPath<ImportArguments, String?> & Sendable
    ) {
        self.init(name: name, value: value, meaning: meaning) { text, arguments in
            guard !text.isEmpty else { return value }
            arguments[keyPath: field] = text
            return nil
        }
    }

    private init<Choice: RawRepresentable & CaseIterable & Sendable>(
        choice name: String, _ value: String, _ meaning: String,
        _ field: any WritableKeyPath<ImportArguments, Choice> & Sendable
    ) where Choice.RawValue == String {
        self.init(name: name, value: value, meaning: meaning) { text, arguments in
            guard let choice = Choice(rawValue: text) else {
                return "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
            }
            arguments[keyPath: field] = choice
            return nil
        }
    }

    private init(
        switch name: String, _ meaning: String, _ field: any WritableKeyPath<ImportArguments, Bool> & Sendable
    ) {
        self.init(name: name, value: nil, meaning: meaning) { _, arguments in
            arguments[keyPath: field] = true
            return nil
        }
    }
}

extension ImportArguments {
    /// What is wrong with them together.
    ///
    /// - Parameters:
    ///   - hasDataFlag: whether `--data` was given.
    ///   - hasServerFlag: whether `--server` was.
    func problems(hasDataFlag: Bool, hasServerFlag: Bool) -> [String] {
        var problems: [String] = []
        if sources.isEmpty {
            problems.append(
                "import needs a source: a folder, a .zip or .tar archive, a .csv or .jsonl table, or .npy vectors")
        }
        if collection.isEmpty { problems.append("import needs the class to import into: --class NAME") }
        if hasDataFlag, hasServerFlag {
            problems.append("--data and --server exclude each other: --data is for a folder that no server has open")
        }
        if properties != nil, !sources.contains(where: { $0.lowercased().hasSuffix(".npy") }) {
            problems.append("--properties belongs to .npy vectors, of which there are none")
        }
        if properties != nil, sources.count > 1 {
            problems.append("--properties belongs to one source; import the others one after the other")
        }
        if idColumn != nil, ids != .uuid { problems.append("--id-column has no effect without --id uuid") }
        if journal != nil, ids != .uuid { problems.append("--journal has no effect without --id uuid") }
        if journal != nil, isDryRun { problems.append("--journal has no effect with --dry-run") }
        return problems
    }
}
