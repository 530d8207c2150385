// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Execution
import Fetching
import ImageVectorizer
import Importing

/// The imports inside the server, if the settings list folders for them.
struct Imports {
    /// `nil` where they are off.
    let service: ImportService?

    init(settings: Settings, database: Database, fetcher: any PictureFetching) {
        guard !settings.importRoots.isEmpty else {
            service = nil
            return
        }
        service = ImportService(
            database: database, roots: settings.importRoots, limit: settings.importLimit,
            // Threads of their own: they wait for disks, which requests do not want to wait for.
            executor: ComputePool(threadCount: settings.importLimit, name: "import"),
            journalFolder: settings.dataPath + "/imports", fetcher: fetcher,
            decodingLimits: DecodingLimits(
                pixels: settings.maximumImagePixels, memoryInBytes: settings.imageMemoryInBytes))
    }

    /// Cancels what is under way; what was stored stays, and the same import goes on with the rest.
    func stop() async { await service?.close() }
}
