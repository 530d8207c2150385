// SPDX-License-Identifier: Apache-2.0

import Configuration
import Testing

private func parse(
    _ arguments: [String], _ environment: [String: String] = [:], file: String? = nil
) throws(ConfigurationError) -> Invocation {
    try Invocation.parse(arguments: arguments, environment: environment, readFile: { _ in file })
}

private func problems(_ arguments: [String], _ environment: [String: String] = [:], file: String? = nil) -> [String] {
    do throws(ConfigurationError) {
        _ = try parse(arguments, environment, file: file)
        return []
    } catch {
        return error.problems
    }
}

struct CommandLineTests {
    @Test func `flags without a command start the server as Weaviate's start line does`() throws {
        let invocation = try parse(["--host", "0.0.0.0", "--port", "9090", "--scheme", "http"])
        #expect(invocation.command == .serve)
        #expect(invocation.settings.host == "0.0.0.0")
        #expect(invocation.settings.port == 9090)
        #expect(invocation.settings.origins["PORT"] == .flag("--port"))
    }

    @Test(arguments: Command.Topic.allCases) func `every command asks for its own help`(topic: Command.Topic) throws {
        #expect(try parse([topic.rawValue, "--help"]).command == .help(of: topic))
        #expect(try parse(["help", topic.rawValue]).command == .help(of: topic))
    }

    @Test func `nothing at all asks for help`() throws {
        #expect(try parse([]).command == .help(of: nil))
        #expect(try parse(["--help"]).command == .help(of: nil))
    }

    @Test func `a value may follow an equals sign`() throws {
        #expect(try parse(["serve", "--port=1"]).settings.port == 1)
    }

    @Test func `an unknown flag is refused with the nearest one`() {
        #expect(problems(["serve", "--prot", "1"]).first?.contains("did you mean '--port'?") == true)
    }

    @Test func `an unknown command is refused with the nearest one`() {
        #expect(problems(["serv"]).first?.contains("did you mean 'serve'?") == true)
    }

    @Test func `a flag without its value is refused`() {
        #expect(problems(["serve", "--port"]).first?.hasPrefix("--port needs a value") == true)
    }

    @Test func `a value without a flag is refused`() {
        #expect(problems(["serve", "8080"]).count == 1)
    }

    @Test func `check measures the recall where it is asked to, with a number of queries or without`() throws {
        #expect(try parse(["check"]).command == .check(recallQueries: nil))
        #expect(try parse(["check", "--recall"]).command == .check(recallQueries: 100))
        #expect(try parse(["check", "--recall", "--data", "d"]).command == .check(recallQueries: 100))
        #expect(try parse(["check", "--recall", "7", "--data", "d"]).command == .check(recallQueries: 7))
        #expect(try parse(["check", "--recall=10000"]).command == .check(recallQueries: 10_000))
    }

    @Test(arguments: ["0", "10001", "many", "-1"]) func `a number of queries that does not do is refused`(text: String)
    {
        #expect(problems(["check", "--recall", text]).first?.hasPrefix("--recall: '\(text)' does not do") == true)
        #expect(problems(["check", "--recall", text]).count == 1)
    }

    @Test func `only check measures the recall`() {
        #expect(problems(["serve", "--recall"]).first?.contains("--recall is no flag") == true)
        #expect(HelpText.help(of: .check).contains("--recall [N]"))
        #expect(!HelpText.help(of: .serve).contains("--recall"))
    }

    @Test func `metrics need a port of their own`() {
        let settings = ["PROMETHEUS_MONITORING_ENABLED": "true", "PROMETHEUS_MONITORING_PORT": "8080"]
        #expect(problems(["serve"], settings).first?.contains("a port of their own") == true)
        #expect(problems(["serve", "--port", "8081"], settings).isEmpty)
    }

    @Test func `inference for others needs a port of its own, and is said to take no keys`() throws {
        let settings = ["NEEDLETAIL_INFERENCE_PORT": "8080"]
        #expect(problems(["serve"], settings).first?.contains("a port of its own") == true)
        #expect(problems(["serve", "--port", "8081"], settings).isEmpty)
        let keys = [
            "AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "k",
            "AUTHENTICATION_APIKEY_USERS": "u", "NEEDLETAIL_INFERENCE_PORT": "8082",
        ]
        #expect(try parse(["serve"], keys).warnings.contains { $0.contains("without a key") })
    }

    @Test func `revectorize takes names or all, and not both or neither`() throws {
        #expect(try parse(["revectorize", "Meme", "Clothes"]).command == .revectorize(.named(["Meme", "Clothes"])))
        #expect(try parse(["revectorize", "--all"]).command == .revectorize(.all))
        #expect(problems(["revectorize"]).count == 1)
        #expect(problems(["revectorize", "--all", "Meme"]).count == 1)
    }

    @Test func `flags of Weaviate without effect here only warn`() throws {
        #expect(try parse(["--read-timeout", "60s", "--write-timeout=60s"]).warnings.count == 2)
    }
}

struct EnvironmentTests {
    @Test func `flags win over the environment, and that over the file`() throws {
        let file = "PORT=1\nQUERY_DEFAULTS_LIMIT=5\nQUERY_MAXIMUM_RESULTS=50\n"
        let invocation = try parse(
            ["serve", "--env-file", "f.env", "--port", "3"], ["PORT": "2", "QUERY_DEFAULTS_LIMIT": "6"], file: file)
        #expect(invocation.settings.port == 3)
        #expect(invocation.settings.defaultLimit == 6)
        #expect(invocation.settings.maximumResults == 50)
        #expect(invocation.settings.origins["QUERY_DEFAULTS_LIMIT"] == .environment)
        #expect(invocation.settings.origins["QUERY_MAXIMUM_RESULTS"] == .file(path: "f.env", line: 3))
    }

    @Test func `a file may have comments, quotes, blanks and export`() throws {
        let file = "# a comment\n\n  export PORT = \"17\"\nORIGIN='https://a.example'\n"
        let settings = try parse(["serve", "--env-file", "f"], file: file).settings
        #expect(settings.port == 17)
        #expect(settings.origin == "https://a.example")
    }

    @Test func `a file that can't be read, or a line without a value, is refused`() {
        #expect(problems(["serve", "--env-file", "missing"]).first?.contains("'missing' can't be read") == true)
        #expect(problems(["serve", "--env-file", "f"], file: "\nPORT\n").first?.hasPrefix("f, line 2") == true)
    }

    @Test func `an empty variable counts as not set`() throws {
        #expect(try parse(["serve"], ["PORT": ""]).settings.port == 8080)
    }

    @Test func `a wrong value says which setting, what was given and what to give`() {
        #expect(
            problems(["serve"], ["PORT": "http"])
                == ["PORT: 'http' does not do; give a whole number from 0 to 65535"])
        #expect(
            problems(["serve", "--precision", "fp64"])
                == [
                    "--precision (NEEDLETAIL_IMG2VEC_PRECISION): 'fp64' does not do; give one of auto, fp32, bf16, int8"
                ])
    }

    @Test func `every problem is told, not only the first`() {
        #expect(problems(["serve", "--port", "x"], ["QUERY_DEFAULTS_LIMIT": "0"]).count == 2)
    }

    @Test func `unknown names of ours warn with the nearest one`() throws {
        let warnings = try parse(["serve"], ["NEEDLETAIL_IMG2VEC_MODLE": "resnet50"]).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("did you mean 'NEEDLETAIL_IMG2VEC_MODEL'?") == true)
    }

    @Test func `names that Weaviate knows and we ignore are silent`() throws {
        let environment = [
            "LIMIT_RESOURCES": "true", "GOMAXPROCS": "2", "RAFT_JOIN": "node1", "PERSISTENCE_HNSW_MAX_LOG_SIZE": "4GiB",
            "PATH": "/bin", "NEEDLETAIL_TEST_DATA": "/data",
        ]
        #expect(try parse(["serve"], environment).warnings.isEmpty)
        let file = environment.map { "\($0.key)=\($0.value)\n" }.joined()
        #expect(
            try parse(["serve", "--env-file", "f"], file: file).warnings.count == 1, "only PATH is foreign in a file")
    }

    @Test func `the classic stack's environment starts with notes only`() throws {
        let environment = [
            "QUERY_DEFAULTS_LIMIT": "20", "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true",
            "PERSISTENCE_DATA_PATH": "./data", "DEFAULT_VECTORIZER_MODULE": "img2vec-neural",
            "ENABLE_MODULES": "img2vec-neural, text2vec-x", "IMAGE_INFERENCE_API": "http://i2v-neural:8080",
            "CLUSTER_HOSTNAME": "node1",
        ]
        let invocation = try parse(["--host", "0.0.0.0", "--port", "8080", "--scheme", "http"], environment)
        #expect(invocation.settings.defaultVectorizer == .img2vecNeural)
        #expect(invocation.settings.nodeName == "node1")
        #expect(invocation.settings.enabledModules == ["img2vec-neural"])
        #expect(invocation.warnings.count == 2)
        #expect(invocation.warnings.contains { $0.contains("text2vec-x") })
        #expect(invocation.warnings.contains { $0.contains("IMAGE_INFERENCE_API") })
    }
}

struct AccessSettingsTests {
    @Test func `anonymous access is on unless API keys are`() throws {
        #expect(try parse(["serve"]).settings.allowsAnonymousAccess)
        let keys = [
            "AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "a, b",
            "AUTHENTICATION_APIKEY_USERS": "one",
        ]
        let settings = try parse(["serve"], keys).settings
        #expect(!settings.allowsAnonymousAccess)
        #expect(settings.apiKeys == ["a", "b"])
    }

    @Test func `keys without users, or of another number, are refused`() {
        let keys = ["AUTHENTICATION_APIKEY_ENABLED": "true", "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "a,b,c"]
        #expect(problems(["serve"], keys).count == 1)
        #expect(problems(["serve"], keys.merging(["AUTHENTICATION_APIKEY_USERS": "u,v"]) { $1 }).count == 1)
        #expect(problems(["serve"], ["AUTHENTICATION_APIKEY_ENABLED": "true"]).count == 1)
    }

    @Test func `a server that nobody could ask is refused`() {
        #expect(problems(["serve"], ["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false"]).count == 1)
    }

    @Test func `protection we don't have stops the start when it is asked for`() {
        #expect(problems(["serve"], ["AUTHENTICATION_OIDC_ENABLED": "true"]).count == 1)
        #expect(problems(["serve"], ["AUTHENTICATION_OIDC_ENABLED": "false"]).isEmpty)
        #expect(problems(["serve", "--env-file", "f"], file: "AUTHORIZATION_RBAC_ENABLED=on").count == 1)
    }

    @Test func `secrets are shown neither among the effective values nor in errors`() throws {
        let environment = ["AUTHENTICATION_APIKEY_ALLOWED_KEYS": "hush", "AUTHENTICATION_APIKEY_USERS": "u"]
        let text = HelpText.effective(try parse(["config"], environment).settings)
        #expect(!text.contains("hush"))
        #expect(text.contains("AUTHENTICATION_APIKEY_ALLOWED_KEYS=(hidden)"))
    }
}
