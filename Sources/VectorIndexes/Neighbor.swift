// SPDX-License-Identifier: Apache-2.0

import DataModel

/// A document found by a search, with its distance from the query in the metric's own unit (L2 is squared).
package struct Neighbor: Hashable, Sendable {
    package var document: DocumentID
    package var distance: Float

    package init(document: DocumentID, distance: Float) {
        self.document = document
        self.distance = distance
    }
}
