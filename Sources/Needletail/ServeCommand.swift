// SPDX-License-Identifier: Apache-2.0

import Configuration

/// `needletail serve`.
struct ServeCommand {
    let settings: Settings
    let warnings: [String]

    func run() async throws {}
}
