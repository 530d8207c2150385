// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation

/// The program: reads flags and environment, and runs the command they name.
@main
struct Program {
    static let version = "0.1.0"
    /// The version of Weaviate whose interface is answered.
    static let weaviateVersion = "1.39.0"

    static func main() async {
        do {
            let invocation = try Invocation.parse(
                arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment,
                readFile: { try? String(contentsOfFile: $0, encoding: .utf8) })
            exit(try await run(invocation))
        } catch let error as ConfigurationError {
            Console.complain(error.message)
            exit(2)
        } catch {
            Console.complain(Console.text(of: error))
            exit(1)
        }
    }

    /// - Returns: the exit status.
    private static func run(_ invocation: Invocation) async throws -> Int32 {
        let settings = invocation.settings
        switch invocation.command {
        case .help(let topic):
            print(HelpText.help(of: topic), terminator: "")
        case .version:
            print("needletail \(version), answering as Weaviate \(weaviateVersion)")
        case .config:
            for warning in invocation.warnings { Console.complain(warning) }
            print(HelpText.effective(settings), terminator: "")
        case .serve:
            try await ServeCommand(settings: settings, warnings: invocation.warnings).run()
        case .check(let recallQueries):
            return try CheckCommand(settings: settings, recallQueries: recallQueries).run()
        case .quality(let options):
            return try await QualityCommand(settings: settings, options: options).run()
        case .revectorize(let collections):
            return try await RevectorizeCommand(settings: settings, collections: collections).run()
        case .importing(let arguments):
            return try await ImportCommand(
                settings: settings, arguments: arguments, warnings: invocation.warnings
            ).run()
        }
        return 0
    }
}
