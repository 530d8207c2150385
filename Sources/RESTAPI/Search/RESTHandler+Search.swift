// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import Execution
import HTTPServer

/// `POST /v1/search/{class}/near-image`, `near-vector` and `near-object`.
extension RESTHandler {
    func search(_ kind: SearchRequest.Kind, _ call: Call) async throws(Refusal) -> HTTPResponse {
        let clock = ContinuousClock()
        let start = clock.now
        try call.checkConsistency(nodeName: context.nodeName)
        guard let name = call.collection, let definition = database.collection(named: name) else {
            throw .handler(404, "there is no class '\((call.collection ?? "").prefix(300))'")
        }
        let request = try SearchRequest(kind, reading: call)
        let pictures = try await pictures(of: request, definition, memory: call.request.memory)
        var query = try request.query(of: definition, pictures: pictures, settings: database.settings)
        query.collection = name
        let links = PictureLinks(
            origin: context.origin, collection: definition, urlProperty: definition.imageURLProperty)
        if let property = links.urlProperty { query.selection.properties?.insert(property) }

        let planned = query
        let plan = try await during(.search) { () throws(DatabaseError) in try await database.plan(planned) }
        let searchStart = clock.now
        let run = SearchRun(
            request: request, pictures: pictures, plan: plan, pictureProperty: definition.pictureProperty)
        let hits = try reading(.search) { () throws(DatabaseError) in
            try database.read { view throws(DatabaseError) in try run.hits(in: view) }
        }
        let end = clock.now
        var answer = SearchAnswer(
            encoder: ObjectEncoder(origin: context.origin), links: links,
            shown: try request.shownProperties(of: definition), collection: name)
        return .json(
            answer.body(
                hits,
                took: SearchAnswer.Took(pictures: plan.pictureTimes, search: end - searchStart, total: end - start)))
    }

    /// The pictures of a request, in order: those that came with it, of stored objects, and fetched ones.
    private func pictures(
        of request: SearchRequest, _ definition: CollectionDefinition, memory: MemoryReservation
    ) async throws(Refusal) -> [WeightedPicture] {
        var pictures: [WeightedPicture] = []
        for picture in request.pictures {
            let content: WeightedPicture.Content
            switch picture.source {
            case .bytes(let bytes): content = .bytes(bytes)
            case .object(let id) where picture.crop == nil: content = .object(id)
            case .object(let id): content = .bytes(try await storedPicture(id, request.tenant, definition))
            case .url(let url): content = .bytes(try await fetchedPicture(at: url, memory: memory))
            }
            pictures.append(WeightedPicture(content, weight: picture.weight ?? 1, crop: picture.crop))
        }
        return pictures
    }

    private func storedPicture(
        _ id: ObjectID, _ tenant: String?, _ definition: CollectionDefinition
    ) async throws(Refusal) -> [UInt8] {
        guard let property = definition.pictureProperty?.name else {
            throw .handler(422, "class '\(definition.name)' stores no pictures that an id could stand for")
        }
        let selection = Query.Selection(properties: [property])
        guard let object = try await object(id, in: definition.name, tenant, selection) else {
            throw .handler(
                422, "there is no object \(id) in class '\(definition.name)' whose picture to search near to")
        }
        guard case .blob(let blob)? = object.properties[property] else {
            throw .handler(422, "object \(id) has no picture in property '\(property)'")
        }
        return blob.bytes
    }
}

// MARK: - The query

extension SearchRequest {
    /// The query of the database.
    ///
    /// - Parameter pictures: those of the request, read.
    func query(
        of definition: CollectionDefinition, pictures: [WeightedPicture], settings: DatabaseSettings
    ) throws(Refusal) -> Query {
        var query = Query(collection: definition.name)
        var search = VectorSearch(origin: origin(pictures), threshold: threshold)
        search.targetVectors = vectors.isEmpty ? targetVectors : vectors.map(\.target)
        query.search = .vector(search)
        query.tenant = tenant
        query.filter = try filter?.filter()
        query.offset = offset ?? 0
        query.limit = PageRules(settings).limitOfQuery(
            limit, hasOffset: offset != nil, hasThreshold: threshold != nil)
        query.groupBy = groupBy.map {
            Query.GroupBy(
                property: PropertyName.normalized($0.property), groups: $0.groups, objectsPerGroup: $0.objectsPerGroup)
        }
        query.selection = Query.Selection(properties: try shownProperties(of: definition))
        query.selection.needsPercent = true
        return query
    }

    private var threshold: VectorSearch.Threshold? {
        if let distance { return .distance(Float(distance)) }
        return certainty.map { .certainty($0) }
    }

    private func origin(_ pictures: [WeightedPicture]) -> VectorSearch.Origin {
        if let id { return .object(id) }
        if !vectors.isEmpty { return .vectors(vectors.map(\.vector)) }
        switch vector {
        case .vector(let vector)?: return .vector(vector)
        case .multiVector(let vector)?: return .multiVector(vector)
        case nil: return .pictures(pictures)
        }
    }

    /// The properties of hits that are shown: those named, or all but blobs.
    func shownProperties(of definition: CollectionDefinition) throws(Refusal) -> Set<String> {
        guard let properties else {
            return Set(definition.properties.filter { $0.type != .scalar(.blob) }.map(\.name))
        }
        var names: Set<String> = []
        for name in properties {
            guard let property = definition.property(named: PropertyName.normalized(name)) else {
                throw .handler(422, "class '\(definition.name)' has no property '\(name.prefix(300))'")
            }
            names.insert(property.name)
        }
        return names
    }
}
