// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import WebConsole

extension ConsoleHandler {
    /// The console as the settings have it; `nil` if it is switched off.
    ///
    /// - Throws: `ConsoleSettingError`, which names the setting.
    static func serving(_ settings: Settings) throws(ConsoleSettingError) -> Self? {
        guard settings.consoleEnabled else { return nil }
        let folder = settings.consolePath.isEmpty ? nil : settings.consolePath
        if let folder, !FileManager.default.isReadableFile(atPath: "\(folder)/index.html") {
            throw ConsoleSettingError(
                message: "NEEDLETAIL_CONSOLE_PATH: '\(folder)' holds no index.html that can be read; give the folder "
                    + "Sources/WebConsole/Site of a checkout, or nothing")
        }
        do throws(ConsolePolicyError) {
            return Self(policy: try ConsolePolicy(imageHosts: settings.consoleImageHosts), folder: folder)
        } catch {
            throw ConsoleSettingError(message: "NEEDLETAIL_CONSOLE_IMAGE_HOSTS: \(error.message)")
        }
    }
}

/// Why the console can't be served.
struct ConsoleSettingError: Error {
    /// For whoever starts the server.
    let message: String
}
