// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import Testing

private func value(of name: String, given text: String) -> String? {
    let invocation = try? Invocation.parse(arguments: ["serve"], environment: [name: text], readFile: { _ in nil })
    guard let invocation, let setting = SettingsTable.setting(named: name) else { return nil }
    return setting.text(invocation.settings)
}

struct SettingsTableTests {
    @Test func `no name and no flag stands twice`() {
        let names = SettingsTable.all.map(\.name)
        #expect(Set(names).count == names.count)
        let flags = SettingsTable.all.compactMap(\.flag)
        #expect(Set(flags).count == flags.count)
    }

    @Test(arguments: SettingsTable.all.filter { !$0.defaultText.isEmpty })
    func `every default reads as itself`(setting: Setting) {
        #expect(value(of: setting.name, given: setting.defaultText) == setting.defaultText)
    }

    @Test func `the settings file in the repository is the one the table makes`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = try String(contentsOf: root.appending(path: "Config/needletail.env"), encoding: .utf8)
        #expect(file == HelpText.environmentFile, "write the text of HelpText.environmentFile to Config/needletail.env")
    }

    @Test func `the settings file with every line switched on gives the defaults`() throws {
        let file = HelpText.environmentFile.split(separator: "\n").map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") ? line.dropFirst() : line
        }.joined(separator: "\n")
        var settings = try Invocation.parse(
            arguments: ["serve", "--env-file", "f"], environment: [:], readFile: { _ in file }
        ).settings
        #expect(settings.origins.count == SettingsTable.all.filter { !$0.defaultText.isEmpty }.count)
        settings.forgetOrigins()
        #expect(settings == Settings())
    }

    @Test(arguments: SettingsTable.all) func `help and effective values name every setting`(setting: Setting) {
        #expect(HelpText.help(of: .serve).contains("  \(setting.name)="))
        #expect(HelpText.effective(Settings()).contains("\(setting.name)="))
        if let flag = setting.flag { #expect(HelpText.help(of: .config).contains("\(flag) VALUE")) }
    }

    @Test func `the overview names every command`() {
        for topic in Command.Topic.allCases { #expect(HelpText.help(of: nil).contains("  \(topic.rawValue)")) }
    }

    @Test func `no line of help is wider than a terminal should be`() {
        for topic in [nil] + Command.Topic.allCases.map(Optional.some) {
            for line in HelpText.help(of: topic).split(separator: "\n") where !line.contains("CORS_ALLOW_HEADERS=") {
                #expect(line.count <= 120)
            }
        }
    }
}

struct SettingFormTests {
    @Test(
        arguments: [
            ("65536", "64KiB"), ("64kib", "64KiB"), ("100 MB", "100000000"), ("1GiB", "1GiB"), ("2147483648", "2GiB"),
        ])
    func `sizes take units`(text: String, result: String) {
        #expect(value(of: "NEEDLETAIL_MAX_BUFFERED_BYTES", given: "1TiB") == "1TiB")
        #expect(
            Self.withRoom(["NEEDLETAIL_MAX_REQUEST_BYTES": text]) == result)
    }

    private static func withRoom(_ environment: [String: String]) -> String? {
        let all = environment.merging(["NEEDLETAIL_MAX_BUFFERED_BYTES": "1TiB"]) { $1 }
        let settings = try? Invocation.parse(arguments: ["serve"], environment: all, readFile: { _ in nil }).settings
        return settings.flatMap { SettingsTable.setting(named: "NEEDLETAIL_MAX_REQUEST_BYTES")?.text($0) }
    }

    @Test(arguments: ["", "x", "-1", "1XB", "1023", "2147483649", "9223372036854775807TiB", "99999999999999999999"])
    func `sizes that are none, or out of range, are refused`(text: String) {
        #expect(text.isEmpty || Self.withRoom(["NEEDLETAIL_MAX_REQUEST_BYTES": text]) == nil)
    }

    @Test(arguments: [
        ("auto", "auto"), ("AUTO", "auto"), ("64MiB", "64MiB"), ("1000000000", "1000000000"), ("2 GiB", "2GiB"),
    ])
    func `the memory limit is a size or found by the server`(text: String, result: String) {
        #expect(value(of: "NEEDLETAIL_MEMORY_LIMIT", given: text) == result)
    }

    @Test func `a memory limit that the program can't run with is refused with what would do`() {
        #expect {
            try Invocation.parse(
                arguments: ["serve"], environment: ["NEEDLETAIL_MEMORY_LIMIT": "63MiB"], readFile: { _ in nil })
        } throws: { error in
            (error as? ConfigurationError)?.problems == [
                "NEEDLETAIL_MEMORY_LIMIT: '63MiB' does not do; give auto, or a size from 64MiB to 16TiB, such as 256MiB"
            ]
        }
    }

    @Test(arguments: [("30", "30s"), ("500ms", "500ms"), ("2m", "120s"), ("1h", "3600s"), ("1500ms", "1500ms")])
    func `times take units, and seconds without`(text: String, result: String) {
        #expect(value(of: "NEEDLETAIL_REQUEST_TIMEOUT", given: text) == result)
    }

    @Test(arguments: ["x", "-1s", "99ms", "25h", "1d", "9223372036854775807h"])
    func `times that are none, or out of range, are refused`(text: String) {
        #expect(value(of: "NEEDLETAIL_REQUEST_TIMEOUT", given: text) == nil)
    }

    @Test(arguments: [
        ("TRUE", "true"), ("1", "true"), ("on", "true"), ("enabled", "true"), ("0", "false"), ("Off", "false"),
    ])
    func `switches take the words that Weaviate takes`(text: String, result: String) {
        #expect(value(of: "AUTOSCHEMA_ENABLED", given: text) == result)
    }

    @Test func `a share is taken at its limits and refused past them`() {
        let name = "NEEDLETAIL_RECALL_SAMPLE_RATE"
        for (text, result) in [("0", "0.0"), ("1", "1.0"), ("0.25", "0.25"), ("1e-4", "0.0001")] {
            #expect(value(of: name, given: text) == result)
        }
        for text in ["-0.1", "1.1", "nan", "half"] { #expect(value(of: name, given: text) == nil) }
    }

    @Test func `a port is taken at its limits and refused one past them`() {
        #expect(value(of: "PORT", given: "0") == "0")
        #expect(value(of: "PORT", given: "65535") == "65535")
        #expect(value(of: "PORT", given: "65536") == nil)
    }

    @Test func `a network is a known name or a path`() {
        #expect(value(of: "NEEDLETAIL_IMG2VEC_MODEL", given: "efficientnet-lite0") == "efficientnet-lite0")
        #expect(value(of: "NEEDLETAIL_IMG2VEC_MODEL", given: "net.onnx") == "net.onnx")
        #expect(value(of: "NEEDLETAIL_IMG2VEC_MODEL", given: "resnet51") == nil)
    }

    @Test func `weights lie in the data folder unless another is given`() {
        var settings = Settings()
        settings.dataPath = "/data"
        #expect(settings.effectiveModelsPath == "/data/models")
        settings.modelsPath = "/models"
        #expect(settings.effectiveModelsPath == "/models")
    }
}
