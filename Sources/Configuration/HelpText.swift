// SPDX-License-Identifier: Apache-2.0

/// The texts that are made from the table of settings.
package enum HelpText {
    /// What `needletail --help` or `needletail TOPIC --help` prints.
    package static func help(of topic: Command.Topic?) -> String {
        guard let topic else { return overview }
        return "\(usage(topic))\n\n\(about(topic))\n\n" + flags(topic)
            + (topic == .serve ? "\n" + settings : "")
    }

    /// What `Config/needletail.env` holds: every setting with its meaning, what it takes, and its default.
    package static var environmentFile: String {
        var text = """
            # Every setting of needletail with its meaning and its default.
            # Take out the # before a line to change it, and start with: needletail serve --env-file needletail.env
            # Flags win over the environment, the environment wins over this file. Sizes take KiB, MiB, GiB; times ms, s, m, h.

            """
        for section in Setting.Section.allCases {
            text += "\n# ---- \(section.rawValue)\n"
            for setting in SettingsTable.all where setting.section == section {
                text += "\n" + wrapped(setting.meaning, indent: "# ")
                text += wrapped(takes(setting), indent: "# ")
                text += "#\(setting.name)=\(setting.defaultText)\n"
            }
        }
        return text
    }

    /// What `needletail config` prints: every setting's effective value and where it came from. Secrets are hidden.
    package static func effective(_ settings: Settings) -> String {
        let rows = SettingsTable.all.map { setting in
            let value = setting.text(settings)
            let shown = setting.isSecret && !value.isEmpty ? "(hidden)" : value
            return ("\(setting.name)=\(shown)", settings.origins[setting.name]?.description ?? "default")
        }
        let width = min(70, rows.map { $0.0.count }.max() ?? 0)
        return rows.map { padded($0.0, to: width) + "  # " + $0.1 + "\n" }.joined()
    }

    private static let overview = """
        needletail: a vector database that can see, compatible with Weaviate

        usage: needletail COMMAND [FLAGS]

        commands:
        \(Command.Topic.allCases.map { "  \(padded($0.rawValue, to: 12)) \(summary($0))\n" }.joined())
        Flags without a command start the server: needletail --host 0.0.0.0 --port 8080 --scheme http
        'needletail COMMAND --help' tells more; 'needletail serve --help' lists every setting.

        """

    private static func summary(_ topic: Command.Topic) -> String {
        switch topic {
        case .serve: "start the server"
        case .config: "show every setting's value and where it came from"
        case .check: "verify the database in a data folder"
        case .revectorize: "compute vectors again from the stored pictures"
        case .importing: "bring pictures from a folder, an archive or a table into a class"
        case .quality: "measure how well near vectors mean equal labels"
        case .version: "show the version"
        }
    }

    private static func usage(_ topic: Command.Topic) -> String {
        switch topic {
        case .revectorize: "usage: needletail revectorize [FLAGS] (COLLECTION... | --all)"
        case .importing: "usage: needletail import SOURCE... --class NAME [--server URL | --data FOLDER] [FLAGS]"
        case .quality:
            "usage: needletail quality --class CLASS --label PROPERTY [--server URL | --data FOLDER] [FLAGS]"
        case .version: "usage: needletail version"
        case .check: "usage: needletail check [--recall [N]] [FLAGS]"
        case .serve, .config: "usage: needletail \(topic.rawValue) [FLAGS]"
        }
    }

    private static func about(_ topic: Command.Topic) -> String {
        switch topic {
        case .serve:
            "Starts the server and runs until SIGTERM or SIGINT; requests under way are then answered first."
        case .config:
            "Shows what 'needletail serve' would run with, given the same flags and environment, and where each value came from."
        case .check:
            """
            Verifies everything that is stored in a data folder, of a stopped or a running server, and says what it found.
            Changes nothing. Ends with status 0 if all is right, with 3 if anything is damaged.
            With --recall it also draws stored vectors, asks each vector index for the 10 nearest others as searches would,
            and compares with the exact answer; a recall below 0.9 counts as a finding.
            """
        case .revectorize:
            """
            Computes the vectors of collections again from their stored pictures, with the network that is set now, and
            shows how far it is. The way out when a collection was filled by another network. The server must be stopped.
            """
        case .importing:
            """
            Brings pictures into a class, to a running server or straight into the data folder of one that is stopped. A SOURCE
            is a folder with those below it, a .zip, .tar, .tar.gz, .tar.xz, .tar.zst or .tar.bz2 archive, a .csv, .tsv, .jsonl
            or .ndjson table with a column of paths or URLs, or a .npy file with vectors. Beside the picture are stored: path and
            filename, and the columns of a table. The class is made if it is missing, and shown.
            Interrupted by anything, it goes on where it was when the same command is run again.
            Ends with status 0 if all went well, 3 if some pictures failed, 4 if none was imported, 2 for a wrong command
            line, and 130 if it was interrupted.
            """
        case .quality:
            """
            Looks for the neighbors of the objects of a class, by exact search, and says how many of them have the same label:
            precision@1, @5 and @10 and mAP@10, by label, which labels are mistaken for which, and the recall of the index.
            Asks a running server, or opens a data folder that no server has open. Ends with status 0.
            """
        case .version: "Shows the version of needletail and of the data format it writes."
        }
    }

    private static func flags(_ topic: Command.Topic) -> String {
        if topic == .version { return "" }
        var rows: [(String, String)] = []
        if topic == .revectorize { rows.append(("--all", "Every collection that another network filled.")) }
        if topic == .quality { rows += qualityFlags }
        if topic == .check {
            let text =
                "Measures the recall of every vector index, with N queries each [\(Command.defaultRecallQueries)]."
            rows.append(("--recall [N]", text))
        }
        if topic == .importing {
            rows += ImportFlag.all.map { flag in (flag.name + (flag.value.map { " \($0)" } ?? ""), flag.meaning) }
        }
        for setting in SettingsTable.all {
            guard let flag = setting.flag, topic == .serve || topic == .config || isForData(setting) else { continue }
            let value = setting.defaultText.isEmpty ? "" : " [\(setting.defaultText)]"
            rows.append(("\(flag) VALUE", "\(setting.meaning)\(value)"))
        }
        rows.append(("--env-file FILE", "Reads settings from a file like Config/needletail.env."))
        rows.append(("--help", "Shows this."))
        return "flags:\n" + rows.map { padded("  \($0.0)", to: 22) + hanging($0.1, indent: 22) }.joined()
    }

    private static let qualityFlags = [
        ("--class CLASS", "The class to measure."),
        (
            "--label PROPERTY",
            "The property that says what belongs together: text, int or boolean, or an array of these."
        ),
        (
            "--server URL",
            "A running server [\(QualityOptions.defaultServer)]; its key is taken from NEEDLETAIL_API_KEY."
        ),
        ("--sample N", "How many objects are searched with, or all [\(QualityOptions.defaultSample)]."),
        ("--target-vector V", "Which vector, if there are several with names."),
        ("--tenant NAME", "Which tenant, if the class has them."),
        ("--json", "Prints what GET /v1/quality answers instead of a table."),
    ]

    private static func isForData(_ setting: Setting) -> Bool {
        setting.section == .data || setting.section == .pictures
    }

    private static var settings: String {
        var text = "settings (environment, or lines of a file for --env-file):\n"
        for section in Setting.Section.allCases {
            text += "\n \(section.rawValue)\n"
            for setting in SettingsTable.all where setting.section == section {
                text += "  \(setting.name)=\(setting.defaultText)\n" + wrapped(setting.meaning, indent: "      ")
            }
        }
        return text
    }

    private static func takes(_ setting: Setting) -> String {
        let flag = setting.flag.map { "; flag \($0)" } ?? ""
        return "Takes \(setting.expectation)\(flag)."
    }

    // MARK: Layout

    private static let lineWidth = 110

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private static func wrapped(_ text: String, indent: String) -> String {
        lines(text, width: lineWidth - indent.count).map { indent + $0 + "\n" }.joined()
    }

    private static func hanging(_ text: String, indent: Int) -> String {
        lines(text, width: lineWidth - indent).joined(separator: "\n" + String(repeating: " ", count: indent)) + "\n"
    }
}
