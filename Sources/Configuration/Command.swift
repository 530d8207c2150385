// SPDX-License-Identifier: Apache-2.0

/// What the program was asked to do.
package enum Command: Sendable, Equatable {
    case serve
    /// Print every setting's effective value and where it came from.
    case config
    /// Verify a data folder, of a stopped or a running server; and measure the recall of its vector indexes, with so many
    /// queries each.
    case check(recallQueries: Int?)
    /// Compute the vectors of collections again from their stored pictures, with the network that is set now.
    case revectorize(Collections)
    /// Bring pictures or vectors into a class.
    case importing(ImportArguments)
    /// Measure how well near vectors mean equal labels.
    case quality(QualityOptions)
    case version
    case help(of: Topic?)

    /// Which collections a command is for.
    package enum Collections: Sendable, Equatable {
        /// Every collection that another network filled.
        case all
        /// These, by name.
        case named([String])
    }

    /// How many queries `check --recall` measures with when it is given no number, and how many it may be given.
    package static let defaultRecallQueries = 100
    /// How many vectors `check --recall` may search with.
    package static let recallQueryRange = 1...10_000

    /// The subcommands, by the names they are called with.
    package enum Topic: String, Sendable, CaseIterable {
        case serve, config, check, revectorize
        case importing = "import"
        case quality, version
    }
}

/// What is wrong with flags, environment or settings file, for the person who started the program.
package struct ConfigurationError: Error, Equatable {
    /// Every problem found, each a line: what is wrong, with the value, and what to give instead.
    package let problems: [String]

    package var message: String { problems.joined(separator: "\n") }
}

/// A command line, an environment and perhaps a settings file, read: what to do, and with which settings.
package struct Invocation: Sendable, Equatable {
    package var command: Command
    package var settings: Settings
    /// What the operator should know although it stops nothing: unknown names, settings without effect.
    package var warnings: [String]

    /// Reads everything an operator can give. Flags win over the environment, that over the file, that over defaults.
    ///
    /// - Parameters:
    ///   - arguments: the command line without the program's name. Flags alone mean `serve`, as Weaviate's start line has
    ///     them; nothing at all means `help`.
    ///   - readFile: the text of the file that `--env-file` names, or `nil` if it can't be read.
    /// - Throws: `ConfigurationError` with every problem found, not only the first.
    package static func parse(
        arguments: [String], environment: [String: String], readFile: (String) -> String?
    ) throws(ConfigurationError) -> Invocation {
        var reader = InvocationReader()
        return try reader.read(arguments: arguments, environment: environment, readFile: readFile)
    }
}
