// SPDX-License-Identifier: Apache-2.0

import Configuration
import Testing

struct ImportArgumentsTests {
    private func arguments(_ list: [String]) throws -> ImportArguments {
        let invocation = try Invocation.parse(arguments: ["import"] + list, environment: [:], readFile: { _ in nil })
        guard case .importing(let arguments) = invocation.command else {
            Issue.record("\(invocation.command) is no import")
            return ImportArguments()
        }
        return arguments
    }

    private func problems(_ list: [String]) -> [String] {
        do throws(ConfigurationError) {
            _ = try Invocation.parse(arguments: ["import"] + list, environment: [:], readFile: { _ in nil })
            return []
        } catch { return error.problems }
    }

    @Test func `sources and flags may stand in any order`() throws {
        let given = try arguments([
            "a", "--class", "Pet", "--label-from-folder=breed", "b.zip", "--property", "year=2024", "--property",
            "note=a=b", "--id", "path", "--existing", "replace", "--dry-run", "--json", "--server", "https://x:1/",
        ])
        #expect(given.sources == ["a", "b.zip"])
        #expect(given.collection == "Pet" && given.labelProperty == "breed")
        #expect(given.constants.map(\.name) == ["year", "note"] && given.constants.map(\.value) == ["2024", "a=b"])
        #expect(given.ids == .path && given.existing == .replace && given.isDryRun && given.tellsInJSON)
        #expect(given.destination == .server("https://x:1/"))
    }

    @Test func `without a destination it is the server of this machine, and a data folder counts only as a flag`()
        throws
    {
        #expect(try arguments(["a", "--class", "A"]).destination == .server(ImportArguments.defaultServer))
        #expect(try arguments(["a", "--class", "A", "--data", "d"]).destination == .dataFolder)
        let invocation = try Invocation.parse(
            arguments: ["import", "a", "--class", "A"], environment: ["PERSISTENCE_DATA_PATH": "/d"],
            readFile: { _ in nil })
        guard case .importing(let arguments) = invocation.command else { return }
        #expect(arguments.destination == .server(ImportArguments.defaultServer))
    }

    @Test(arguments: [
        (["--class", "A"], "import needs a source"), (["a"], "--class NAME"),
        (["a", "--class", "A", "--data", "d", "--server", "http://x"], "exclude each other"),
        (["a", "--class", "A", "--server", "x"], "give a URL"),
        (["a", "--class", "A", "--id", "x"], "one of content, path, uuid"),
        (["a", "--class", "A", "--existing", "x"], "one of skip, replace, fail"),
        (["a", "--class", "A", "--property", "x"], "give NAME=VALUE"), (["a", "--class"], "--class needs a value"),
        (["a", "--class", "A", "--dry-run=1"], "takes no value"),
        (["a", "--class", "A", "--exsting", "x"], "'--existing'"),
        (["a", "--class", "A", "--properties", "x.csv"], ".npy"),
        (["a", "--class", "A", "--id-column", "x"], "--id uuid"),
        (["a", "--class", "A", "--journal", "x"], "--id uuid"),
        (["a.npy", "b.npy", "--class", "A", "--properties", "x.csv"], "one source"),
    ]) func `mistakes are named`(list: [String], part: String) {
        #expect(problems(list).contains { $0.contains(part) }, "\(problems(list))")
    }

    @Test func `roots of imports are absolute paths with colons between them`() throws {
        func settings(_ text: String) throws(ConfigurationError) -> Settings {
            try Invocation.parse(
                arguments: ["serve"], environment: ["NEEDLETAIL_IMPORT_ROOTS": text], readFile: { _ in nil }
            ).settings
        }
        #expect(try settings("/a:/b c:").importRoots == ["/a", "/b c"])
        #expect(throws: ConfigurationError.self) { try settings("a") }
    }
}
