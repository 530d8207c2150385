// SPDX-License-Identifier: Apache-2.0

/// Reads a command line, an environment and a settings file, and collects what is wrong with them.
struct InvocationReader {
    private var settings = Settings()
    private var problems: [String] = []
    private var warnings: [String] = []
    /// Values given by flags: they are applied last, since they win.
    private var flagValues: [(setting: Setting, flag: String, text: String)] = []
    private var envFile: String?
    private var names: [String] = []
    private var wantsAll = false
    /// How many queries `check` measures the recall with; `nil` without `--recall`.
    private var recallQueries: Int?
    private var importArguments = ImportArguments()
    /// The flags that were given, by name.
    private var givenFlags: Set<String> = []
    private var wantsHelp = false
    private var quality = QualityFlags()
    private var qualityOptions = QualityOptions()

    mutating func read(
        arguments: [String], environment: [String: String], readFile: (String) -> String?
    ) throws(ConfigurationError) -> Invocation {
        let topic = readArguments(arguments)
        if let helpCommand = helpCommand(topic, arguments) {
            return Invocation(command: helpCommand, settings: settings, warnings: [])
        }
        if let envFile { readEnvironmentFile(envFile, readFile) }
        readEnvironment(environment)
        for (setting, flag, text) in flagValues { assign(text, to: setting, from: .flag(flag)) }
        checkTogether()
        if topic == .revectorize, wantsAll != names.isEmpty {
            problems.append("revectorize takes the names of collections, or --all")
        }
        if topic == .importing {
            importArguments.sources = names
            problems += importArguments.problems(
                hasDataFlag: givenFlags.contains("--data"), hasServerFlag: givenFlags.contains("--server"))
            if givenFlags.contains("--data") { importArguments.destination = .dataFolder }
        }
        if topic == .quality {
            qualityOptions = quality.finish(hasFolder: flagValues.contains { $0.flag == "--data" })
            problems += quality.problems
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return Invocation(command: command(topic), settings: settings, warnings: warnings)
    }

    // MARK: Command line

    /// The subcommand; what belongs to it is kept in the fields.
    private mutating func readArguments(_ arguments: [String]) -> Command.Topic {
        var rest = arguments[...]
        var topic = Command.Topic.serve
        if let first = rest.first, !first.hasPrefix("-") {
            rest.removeFirst()
            if let known = Command.Topic(rawValue: first) {
                topic = known
            } else if first == "help" {
                wantsHelp = true
                if let name = rest.first, let known = Command.Topic(rawValue: name) { topic = known }
                return topic
            } else {
                let hint = closest(to: first, among: Command.Topic.allCases.map(\.rawValue) + ["help"])
                problems.append("'\(first)' is no command of needletail\(hint); 'needletail --help' lists them")
            }
        }
        while let argument = rest.popFirst() { readArgument(argument, &rest, topic) }
        return topic
    }

    private mutating func readArgument(_ argument: String, _ rest: inout ArraySlice<String>, _ topic: Command.Topic) {
        guard argument.hasPrefix("-") else {
            if topic == .revectorize || topic == .importing {
                names.append(argument)
            } else {
                problems.append("'\(argument)' is not expected here; values are given with flags: --port 8080")
            }
            return
        }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let flag = String(parts[0])
        givenFlags.insert(flag)
        if topic == .importing, let importFlag = ImportFlag.named(flag) {
            return takeImportFlag(importFlag, parts.count > 1 ? String(parts[1]) : nil, &rest)
        }
        switch flag {
        case "--help", "-h":
            wantsHelp = true
        case "--all" where topic == .revectorize:
            wantsAll = true
        case "--json" where topic == .quality:
            quality.takeJSON()
        case let flag where topic == .quality && QualityFlags.withValue.contains(flag):
            guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                problems.append("\(flag) needs a value; 'needletail quality --help' tells more")
                return
            }
            quality.take(flag, value)
        case "--recall" where topic == .check:
            takeRecall(parts.count > 1 ? String(parts[1]) : Self.number(takenFrom: &rest))
        default:
            guard isKnown(flag) else {
                let own = topic == .importing ? ImportFlag.all.map(\.name) : []
                let hint = closest(to: flag, among: Self.flags.keys + own + ["--env-file", "--help"])
                problems.append(
                    "\(flag) is no flag of needletail\(hint); 'needletail \(topic.rawValue) --help' lists them, and "
                        + "Config/needletail.env the settings without a flag")
                return
            }
            guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                problems.append("\(flag) needs a value: \(flag) \(Self.flags[flag]?.defaultText ?? "FILE")")
                return
            }
            take(flag, value)
        }
    }

    private func isKnown(_ flag: String) -> Bool {
        flag == "--env-file" || Self.flags[flag] != nil || Self.ignoredFlags.contains(flag)
    }

    private mutating func take(_ flag: String, _ value: String) {
        if flag == "--env-file" {
            envFile = value
        } else if let setting = Self.flags[flag] {
            flagValues.append((setting, flag, value))
        } else {
            warnings.append("\(flag) has no effect here; NEEDLETAIL_REQUEST_TIMEOUT limits how long requests take")
        }
    }

    private mutating func takeImportFlag(_ flag: ImportFlag, _ given: String?, _ rest: inout ArraySlice<String>) {
        guard let form = flag.value else {
            if let given { problems.append("\(flag.name) takes no value, but is given '\(given)'") }
            _ = flag.take("", &importArguments)
            return
        }
        guard let value = given ?? rest.popFirst() else {
            problems.append("\(flag.name) needs a value: \(flag.name) \(form)")
            return
        }
        if let expectation = flag.take(value, &importArguments) {
            problems.append("\(flag.name): '\(value)' does not do; give \(expectation)")
        }
    }

    /// `--recall`, `--recall 500` or `--recall=500`.
    private mutating func takeRecall(_ value: String?) {
        guard let value else {
            recallQueries = Command.defaultRecallQueries
            return
        }
        guard let count = Int(value), Command.recallQueryRange.contains(count) else {
            let range = Command.recallQueryRange
            problems.append(
                "--recall: '\(value)' does not do; give a whole number from \(range.lowerBound) to \(range.upperBound), "
                    + "or nothing for \(Command.defaultRecallQueries)")
            return
        }
        recallQueries = count
    }

    /// The next argument if it is no flag.
    private static func number(takenFrom rest: inout ArraySlice<String>) -> String? {
        guard let next = rest.first, !next.hasPrefix("--") else { return nil }
        return rest.removeFirst()
    }

    private func helpCommand(_ topic: Command.Topic, _ arguments: [String]) -> Command? {
        if arguments.isEmpty { return .help(of: nil) }
        guard wantsHelp else { return nil }
        let isNamed = arguments.contains { Command.Topic(rawValue: $0) != nil }
        return .help(of: isNamed ? topic : nil)
    }

    private mutating func command(_ topic: Command.Topic) -> Command {
        switch topic {
        case .serve: .serve
        case .config: .config
        case .check: .check(recallQueries: recallQueries)
        case .revectorize: .revectorize(wantsAll ? .all : .named(names))
        case .importing: .importing(importArguments)
        case .quality: .quality(qualityOptions)
        case .version: .version
        }
    }

    // MARK: Environment and file

    private mutating func readEnvironment(_ environment: [String: String]) {
        for setting in SettingsTable.all {
            // An empty variable counts as one that is not set: compose files write `NAME: ${NAME:-}`.
            guard let text = environment[setting.name], !text.isEmpty else { continue }
            assign(text, to: setting, from: .environment)
        }
        for name in environment.keys.sorted() { readUnknown(name, environment[name] ?? "", in: "the environment") }
    }

    private mutating func readEnvironmentFile(_ path: String, _ readFile: (String) -> String?) {
        guard let text = readFile(path) else {
            problems.append("--env-file: '\(path)' can't be read; give the path of a file like Config/needletail.env")
            return
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let content = line.trimmed
            guard !content.isEmpty, !content.hasPrefix("#") else { continue }
            let assignment = content.hasPrefix("export ") ? content.dropFirst(7) : content
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                problems.append("\(path), line \(index + 1): '\(content)' is no NAME=value")
                continue
            }
            let name = String(parts[0].trimmed)
            let value = unquoted(parts[1].trimmed)
            if let setting = SettingsTable.setting(named: name) {
                if !value.isEmpty { assign(value, to: setting, from: .file(path: path, line: index + 1)) }
            } else {
                readUnknown(name, value, in: "\(path), line \(index + 1)", isFile: true)
            }
        }
    }

    private mutating func assign(_ text: String, to setting: Setting, from origin: SettingOrigin) {
        guard setting.assign(text, &settings) else {
            let name =
                switch origin {
                case .flag(let flag): "\(flag) (\(setting.name))"
                case .environment: setting.name
                case .file(let path, let line): "\(path), line \(line): \(setting.name)"
                }
            let shown = setting.isSecret ? "the value" : "'\(text)'"
            problems.append("\(name): \(shown) does not do; give \(setting.expectation)")
            return
        }
        settings.origins[setting.name] = origin
    }

    /// Names that are no settings: what would open the server is refused, what was meant for us is warned about.
    private mutating func readUnknown(_ name: String, _ value: String, in place: String, isFile: Bool = false) {
        guard SettingsTable.setting(named: name) == nil else { return }
        if let instead = ForeignNames.refusedIfOn[name] {
            if SettingForm<Bool>.boolean.read(value) == true {
                problems.append("\(name)=\(value): \(instead)")
            }
        } else if name.hasPrefix("NEEDLETAIL_"), !ForeignNames.ofScripts.contains(name) {
            let hint = closest(to: name, among: SettingsTable.all.map(\.name))
            warnings.append("\(name) in \(place) is no setting\(hint); Config/needletail.env lists them")
        } else if isFile, !ForeignNames.isWeaviates(name), !ForeignNames.ofScripts.contains(name) {
            warnings.append("\(name) in \(place) is no setting and has no effect")
        }
    }

    /// The text without quotes around it.
    private func unquoted(_ text: Substring) -> String {
        for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return String(text)
    }

    // MARK: What belongs together

    private mutating func checkTogether() {
        for module in settings.enabledModules where !ForeignNames.modules.contains(module) {
            warnings.append(
                "ENABLE_MODULES: there is no module '\(module)' here; it is left out. There are: "
                    + ForeignNames.modules.sorted().joined(separator: ", "))
        }
        settings.enabledModules.removeAll { !ForeignNames.modules.contains($0) }
        if !settings.imageInferenceAPI.isEmpty {
            warnings.append(
                "IMAGE_INFERENCE_API has no effect: inference runs inside this process, no container is needed for it")
        }
        if settings.apiKeysEnabled {
            if settings.apiKeys.isEmpty {
                problems.append(
                    "AUTHENTICATION_APIKEY_ENABLED is true but AUTHENTICATION_APIKEY_ALLOWED_KEYS names no key; give one"
                )
            }
            if settings.apiKeyUsers.count != 1, settings.apiKeyUsers.count != settings.apiKeys.count {
                problems.append(
                    "AUTHENTICATION_APIKEY_USERS names \(settings.apiKeyUsers.count) users for \(settings.apiKeys.count) "
                        + "keys; give one for each key, or one for all")
            }
        } else if settings.anonymousAccess == false {
            problems.append(
                "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED is false and there are no API keys, so nobody could ask anything; "
                    + "set AUTHENTICATION_APIKEY_ENABLED, _ALLOWED_KEYS and _USERS too")
        }
        if settings.monitoringEnabled, settings.monitoringPort == settings.port {
            problems.append(
                "PROMETHEUS_MONITORING_PORT and PORT are both \(settings.port); give the metrics a port of their own")
        }
        if settings.inferencePort != 0, settings.inferencePort == settings.port {
            problems.append(
                "NEEDLETAIL_INFERENCE_PORT and PORT are both \(settings.port); give the inference a port of its own")
        }
        if settings.inferencePort != 0, settings.apiKeysEnabled, !settings.allowsAnonymousAccess {
            warnings.append(
                "NEEDLETAIL_INFERENCE_PORT is answered without a key; let only those reach it who may use the network")
        }
        if settings.maximumBufferedBytes < settings.maximumRequestBytes {
            problems.append(
                "NEEDLETAIL_MAX_BUFFERED_BYTES is less than NEEDLETAIL_MAX_REQUEST_BYTES; give at least as much")
        }
    }

    private static let flags: [String: Setting] = Dictionary(
        uniqueKeysWithValues: SettingsTable.all.compactMap { setting in setting.flag.map { ($0, setting) } })

    /// Flags of Weaviate's program that do nothing here.
    private static let ignoredFlags: Set<String> = ["--read-timeout", "--write-timeout"]
}
