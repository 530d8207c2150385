// SPDX-License-Identifier: Apache-2.0

/// What the command line of a fuzzer asks for: `[--smoke] [--seed N] [--executions N] [--seconds N]`, and what the fuzzer adds.
package struct FuzzOptions: Sendable {
    /// What is wrong with a command line, in words.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    /// How long a fuzzer goes on when nothing is said, and with `--smoke`; `nil` is without end.
    package struct Length: Sendable {
        package var executions: Int?
        package var seconds: Double?

        package init(executions: Int? = nil, seconds: Double? = nil) {
            self.executions = executions
            self.seconds = seconds
        }
    }

    package var seed: UInt64
    package var length: Length
    package var isSmoke = false
    /// Options without a value that this fuzzer alone has, of those that were given.
    package var flags: Set<String> = []
    /// Options with a value that this fuzzer alone has.
    package var values: [String: String] = [:]
    /// What is no option.
    package var paths: [String] = []
    /// Only the usage is asked for.
    var isHelp = false

    /// - Throws: `Mistake`.
    init(_ arguments: some Sequence<String>, of program: FuzzProgram) throws {
        seed = program.seed
        length = program.length
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": isHelp = true
            case "--smoke": isSmoke = true
            case "--seed": seed = try Self.number(after: argument, in: &rest)
            case "--executions", "--seconds": values[argument] = try Self.text(after: argument, in: &rest)
            case _ where program.flags.contains(argument): flags.insert(argument)
            case _ where program.values.contains(argument): values[argument] = try Self.text(after: argument, in: &rest)
            case _ where argument.hasPrefix("-") || !program.takesPaths:
                throw Mistake("there is no option \(argument)")
            default: paths.append(argument)
            }
        }
        if isSmoke { length = program.smoke }
        // One that is said stands instead of both.
        guard values["--executions"] != nil || values["--seconds"] != nil else { return }
        length = Length()
        if let text = values["--executions"] {
            guard let count = Int(text), count >= 0 else { throw Mistake("--executions takes a number, not \(text)") }
            length.executions = count
        }
        if let text = values["--seconds"] {
            guard let seconds = Double(text), seconds >= 0 else {
                throw Mistake("--seconds takes a number, not \(text)")
            }
            length.seconds = seconds
        }
    }

    private static func text(after option: String, in rest: inout ArraySlice<String>) throws -> String {
        guard let text = rest.popFirst() else { throw Mistake("\(option) needs a value") }
        return text
    }

    private static func number(after option: String, in rest: inout ArraySlice<String>) throws -> UInt64 {
        let text = try text(after: option, in: &rest)
        guard let number = UInt64(text) else { throw Mistake("\(option) takes a number, not \(text)") }
        return number
    }
}
