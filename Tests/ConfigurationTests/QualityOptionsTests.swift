// SPDX-License-Identifier: Apache-2.0

import Configuration
import Testing

struct QualityOptionsTests {
    private func options(_ arguments: [String]) throws -> QualityOptions {
        let invocation = try Invocation.parse(
            arguments: ["quality"] + arguments, environment: [:], readFile: { _ in nil })
        guard case .quality(let options) = invocation.command else {
            Issue.record("\(invocation.command) is another command")
            return QualityOptions()
        }
        return options
    }

    private func problems(_ arguments: [String]) -> [String] {
        do throws(ConfigurationError) {
            _ = try Invocation.parse(arguments: ["quality"] + arguments, environment: [:], readFile: { _ in nil })
            return []
        } catch {
            return error.problems
        }
    }

    @Test func `a class and a label are enough, and a server on this machine is asked`() throws {
        let options = try options(["--class", "Clothes", "--label", "kind"])
        #expect(options.collection == "Clothes" && options.label == "kind")
        #expect(options.place == .server("http://127.0.0.1:8080"))
        #expect(options.sample == .count(1_000))
        #expect(!options.printsJSON)
    }

    @Test func `a folder, a tenant, a vector and all objects may be named`() throws {
        let options = try options([
            "--data", "d", "--class=C", "--label=l", "--sample", "all", "--tenant", "t", "--target-vector", "v",
            "--json",
        ])
        #expect(options.place == .folder && options.sample == .all && options.printsJSON)
        #expect(options.tenant == "t" && options.vector == "v")
    }

    @Test func `what is missing or does not do is said all at once`() {
        #expect(problems([]).count == 2)
        #expect(
            problems(["--class", "C"]) == [
                "quality needs the property that says which objects belong together: --label category"
            ])
        let folderAndServer = problems(["--class", "C", "--label", "l", "--data", "d", "--server", "http://h"])
        #expect(folderAndServer == ["--server and --data exclude each other; give one of them"])
        for text in ["0", "many", "100001"] {
            #expect(
                problems(["--class", "C", "--label", "l", "--sample", text]).first?.hasPrefix("--sample: '\(text)'")
                    == true)
        }
        #expect(
            problems(["--class", "C", "--label", "l", "--sample"]).first?.hasPrefix("--sample needs a value") == true)
    }

    @Test func `only quality takes its flags`() throws {
        #expect(throws: ConfigurationError.self) {
            try Invocation.parse(arguments: ["check", "--label", "kind"], environment: [:], readFile: { _ in nil })
        }
        #expect(HelpText.help(of: .quality).contains("--label PROPERTY"))
        #expect(!HelpText.help(of: .check).contains("--label"))
    }
}
