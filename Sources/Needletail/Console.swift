// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DatabaseCore
import Foundation
import GRPCServer
import HTTPServer
import ImageVectorizer
import Importing
import ObjectStorage

/// What the program says to the person at the terminal.
enum Console {
    /// Writes a complaint to the standard error.
    static func complain(_ text: String) { tell("needletail: \(text)") }

    /// Writes a line to the standard error, where logs go too.
    static func tell(_ text: String, terminator: String = "\n") {
        // Nobody may listen any more, which is no reason to end.
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\(terminator)".utf8))
    }

    /// What went wrong, in the error's own words.
    static func text(of error: any Error) -> String {
        switch error {
        case let error as StorageError: error.message
        case let error as DatabaseError: error.message
        case let error as InsightsError: error.message
        case let error as QualityCommandError: error.message
        case let error as ImageVectorizerError: error.message
        case let error as HTTPServerError: error.message
        case let error as GRPCServerError: error.message
        case let error as MonitoringError: error.message
        case let error as ConsoleSettingError: error.message
        case let error as FolderInUse: error.message
        case let error as ImportError: error.message
        case let error as InferenceEndpointError: error.message
        case let error as FetchSettingsError: error.message
        default: String(describing: error)
        }
    }
}
