// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore

/// What the points of a map are colored by: a property's values as they are now.
package struct MapColors: Sendable {
    /// How many objects are read in one view.
    private static let pieceSize = 1_000

    /// For each point; `nil`: the object is not there any more. Without a property all values are `nil` inside.
    package let values: [PropertyValue??]

    /// Checks that the property can be shown as one value a point.
    ///
    /// - Throws: `InsightsError`.
    package static func check(_ property: String, of target: InsightsTarget, in database: any DatabaseOperations)
        throws(InsightsError)
    {
        guard let definition = database.collection(named: target.collection) else {
            throw .database(.collectionNotFound(target.collection))
        }
        _ = try LabelTable(property: property, in: definition)
    }

    /// On a thread that may block.
    ///
    /// - Throws: `InsightsError`.
    package init(
        of map: CollectionMap, property: String?, in database: any DatabaseOperations
    ) throws(InsightsError) {
        let selection = Query.Selection(properties: property.map { [$0] } ?? [])
        var values: [PropertyValue??] = []
        values.reserveCapacity(map.ids.count)
        for start in stride(from: 0, to: map.ids.count, by: Self.pieceSize) {
            if Task.isCancelled { throw .database(.cancelled) }
            let piece = map.ids[start..<min(start + Self.pieceSize, map.ids.count)]
            do {
                values += try database.read { view throws(DatabaseError) in
                    var found: [PropertyValue??] = []
                    for id in piece {
                        let object = try view.object(
                            id, in: map.target.collection, tenant: map.target.tenant, selection: selection)
                        found.append(object.map { object in property.flatMap { object.properties[$0] } })
                    }
                    return found
                }
            } catch {
                throw .database(error)
            }
        }
        self.values = values
    }

    /// The text or number of a value; of an array the first.
    package static func label(of value: PropertyValue?) -> String? { LabelTable.texts(of: value).first }
}
