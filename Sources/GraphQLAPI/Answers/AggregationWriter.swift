// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import JSON

extension AggregationPlan {
    /// Has the database aggregate what the plan asks for.
    ///
    /// - Returns: the JSON of the field.
    func answer(from database: any DatabaseOperations) async throws(DatabaseError) -> [UInt8] {
        let queryPlan = try await database.plan(query)
        return written(try database.read { view throws(DatabaseError) in try view.count(of: queryPlan) })
    }

    private func written(_ count: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        writer.beginObject()
        for (key, member) in members {
            writer.key(key)
            guard case .meta(let keys, let typeName) = member else {
                writer.string(typeName)
                continue
            }
            writer.beginObject()
            for (key, isCount) in keys {
                writer.key(key)
                if isCount { writer.number(count) } else { writer.string(typeName) }
            }
            writer.endObject()
        }
        writer.endObject()
        writer.endArray()
        return writer.bytes
    }
}
