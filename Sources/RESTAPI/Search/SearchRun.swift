// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore

/// Carries out the plan of a search, leaving out what is searched near to where that is wanted.
///
/// What is left out is told from the stored pictures, so more hits are asked for than are shown, and again more until there are
/// enough or no others. In a grouped search it is taken out of its group, which then shows fewer.
struct SearchRun {
    /// How many more hits are asked for at first.
    private static let slack = 8

    private let plan: QueryPlan
    private let isGrouped: Bool
    private let excludesSelf: Bool
    /// The objects that were named.
    private var ids: Set<ObjectID> = []
    /// The pictures that were sent.
    private var pictures: [[UInt8]] = []
    /// Where the pictures of objects are; `nil` where there are none.
    private let pictureProperty: String?

    init(
        request: SearchRequest, pictures: [WeightedPicture], plan: QueryPlan, pictureProperty: PropertyDefinition?
    ) {
        self.plan = plan
        isGrouped = request.groupBy != nil
        excludesSelf = request.excludesSelf && request.kind != .vector
        self.pictureProperty = pictureProperty?.name
        if let id = request.id { ids.insert(id) }
        for picture in pictures {
            switch picture.content {
            case .object(let id): ids.insert(id)
            case .bytes(let bytes): self.pictures.append(bytes)
            case .base64(let text): if let bytes = Base64.picture(text) { self.pictures.append(bytes) }
            }
        }
    }

    func hits(in view: any DatabaseView) throws(DatabaseError) -> [Hit] {
        guard excludesSelf else { return try view.hits(of: plan) }
        let page = plan.page
        if isGrouped { return try withoutSelf(try view.hits(of: plan), in: view, upTo: .max) }
        let wanted = page.offset + page.count
        var asked = wanted + Self.slack
        while true {
            let found = try view.hits(of: plan.page(offset: 0, count: asked))
            let kept = try withoutSelf(found, in: view, upTo: wanted)
            if kept.count >= wanted || found.count < asked {
                return Array(kept.dropFirst(page.offset).prefix(page.count))
            }
            if Task.isCancelled { throw .cancelled }
            asked *= 2
        }
    }

    private func withoutSelf(
        _ hits: [Hit], in view: any DatabaseView, upTo limit: Int
    ) throws(DatabaseError) -> [Hit] {
        var kept: [Hit] = []
        for var hit in hits where kept.count < limit {
            if var group = hit.group {
                group.hits = try withoutSelf(group.hits, in: view, upTo: .max)
                guard let nearest = group.hits.compactMap(\.distance).min() else { continue }
                group.minimumDistance = nearest
                hit.group = group
                kept.append(hit)
            } else if try !isSelf(hit, in: view) {
                kept.append(hit)
            }
        }
        return kept
    }

    private func isSelf(_ hit: Hit, in view: any DatabaseView) throws(DatabaseError) -> Bool {
        if ids.contains(hit.object.id) { return true }
        guard !pictures.isEmpty, let pictureProperty else { return false }
        // Reading a picture takes tenths of a millisecond.
        if Task.isCancelled { throw .cancelled }
        let object = try view.object(
            hit.object.id, in: plan.query.collection, tenant: plan.query.tenant,
            selection: Query.Selection(properties: [pictureProperty]))
        guard case .blob(let blob)? = object?.properties[pictureProperty] else { return false }
        return pictures.contains(blob.bytes)
    }
}
