// SPDX-License-Identifier: Apache-2.0

import Configuration
import Fetching

extension PictureFetcher {
    /// Fetches what the settings allow, which without hosts is nothing.
    ///
    /// - Throws: `FetchSettingsError`, which names the setting.
    static func allowed(by settings: Settings) throws -> PictureFetcher {
        var configuration = Configuration()
        do throws(HostPatternError) {
            for text in settings.fetchHosts { configuration.hosts.append(try HostPattern(text)) }
        } catch {
            throw FetchSettingsError(message: "NEEDLETAIL_FETCH_HOSTS: \(error.message)")
        }
        for text in settings.fetchNetworks {
            guard let network = NetworkRange(text) else {
                throw FetchSettingsError(
                    message: "NEEDLETAIL_FETCH_NETWORKS: '\(text.prefix(100))' is no network; write it as 10.1.0.0/16")
            }
            configuration.rules.allowedNetworks.append(network)
        }
        configuration.limitInBytes = settings.fetchMaximumBytes
        configuration.timeout = settings.fetchTimeout
        return PictureFetcher(configuration: configuration)
    }
}

/// What is wrong with the settings of fetching.
struct FetchSettingsError: Error {
    /// For whoever started the server.
    let message: String
}
