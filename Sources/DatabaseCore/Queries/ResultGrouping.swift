// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage

// Hits in groups, by the values of a property.
extension QueryRun {
    private struct Group {
        var value: PropertyValue?
        var members: [Candidate] = []
    }

    /// One hit a group, which stands for it.
    ///
    /// An object with a list is in a group for each of its elements. Objects without a value are a group of their own in searches by
    /// vector, and in none in others.
    func grouped(_ candidates: [Candidate], by property: PropertyDefinition, _ groupBy: Query.GroupBy) throws -> [Hit] {
        var groups: [Group] = []
        var places: [PropertyValue?: Int] = [:]
        for candidate in candidates {
            try check()
            for value in try groupValues(of: candidate.document, property) {
                if let place = places[value] {
                    if groups[place].members.count < groupBy.objectsPerGroup { groups[place].members.append(candidate) }
                    continue
                }
                guard groupBy.objectsPerGroup > 0 else { continue }
                // An object that would begin a group too many is not looked at further, as in Weaviate.
                guard groups.count < groupBy.groups else { break }
                places[value] = groups.count
                groups.append(Group(value: value, members: [candidate]))
            }
        }
        return try groups.enumerated().compactMap { number, group in
            try hit(for: group, number: number, property: property)
        }
    }

    private func groupValues(of document: DocumentID, _ property: PropertyDefinition) throws -> [PropertyValue?] {
        let stored = try reader.transaction.object(
            document, in: reader.shard.address, properties: .only([property.id]))
        guard let stored else { return [] }
        let values = stored.properties[property.id]?.groupedValues ?? []
        if !values.isEmpty { return values }
        if case .vector? = plan.search { return [nil] }
        return []
    }

    private func hit(for group: Group, number: Int, property: PropertyDefinition) throws -> Hit? {
        let hits = try load(group.members, distances: .always)
        guard var first = hits.first, let last = hits.last else { return nil }
        var isByVector = false
        if case .vector? = plan.search { isByVector = true }
        let nearest = first.distance ?? 0
        if !isByVector { first.distance = nil }
        first.group = HitGroup(
            number: number, property: property.name, value: group.value, minimumDistance: nearest,
            maximumDistance: isByVector ? last.distance ?? 0 : nearest, hits: hits)
        first.object.properties = [:]
        return first
    }
}
