// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import JSON

extension GraphQLObjectWriter {
    mutating func write(_ group: HitGroup, plan: GroupPlan) throws(DatabaseError) {
        writer.beginObject()
        for (key, field) in plan.entries {
            writer.key(key)
            switch field {
            case .id: writer.number(group.number)
            case .count: writer.number(group.hits.count)
            case .minDistance: writer.number(group.minimumDistance)
            case .maxDistance: writer.number(group.maximumDistance)
            case .groupedBy(let plan):
                writer.write(plan, value: GroupValueText.ofHits(group.value), path: group.property)
            case .hits(let plan): try write(group.hits, plan: plan)
            case .typename: writer.string(plan.typeName)
            }
        }
        writer.endObject()
    }
}

extension JSONWriter {
    /// What the objects of a group have in common.
    mutating func write(_ plan: GroupedByPlan, value: String, path: String) {
        beginObject()
        for (key, field) in plan.entries {
            self.key(key)
            switch field {
            case .value?: string(value)
            case .path?:
                beginArray()
                string(path)
                endArray()
            case nil: string(plan.typeName)
            }
        }
        endObject()
    }
}
