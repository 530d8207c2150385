// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import Fetching
import ServerInspection

/// What the REST interface offers beside the database.
struct Services {
    let thumbnails: Thumbnails
    let imports: Imports
    let insights: Insights
    let fetcher: PictureFetcher
    let inspector: ServerInspector

    /// Cancels imports and what is measured and drawn, and waits until they have ended.
    func stopJobs() async {
        await imports.stop()
        await insights.close()
        await inspector.close()
    }
}
