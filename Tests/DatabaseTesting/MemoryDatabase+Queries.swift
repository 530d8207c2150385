// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Synchronization

extension MemoryDatabase {
    package func plan(_ query: Query) async throws(DatabaseError) -> QueryPlan {
        let (answer, before) = state.withLock { state in
            state.queries.append(query)
            return (state.answers[query.collection], state.beforeHits)
        }
        await before?(query)
        if case .failure(let error)? = answer { throw error }
        guard let definition = collection(named: query.collection) else { throw .collectionNotFound(query.collection) }
        try await wakeTenant(query.tenant, of: query.collection)
        do throws(DatabaseError) {
            let plan = try QueryPlan(query, definition: definition, settings: settings, others: collection(named:))
            _ = try place(query.collection, query.tenant)
            return plan
        } catch {
            if checksQueries { throw error }
            return try QueryPlan(
                Query(collection: query.collection), definition: definition, settings: settings,
                others: collection(named:))
        }
    }

    package func plan(_ aggregation: AggregationRequest) async throws(DatabaseError) -> AggregationPlan {
        state.withLock { $0.aggregations.append(aggregation) }
        guard let definition = collection(named: aggregation.collection) else {
            throw .collectionNotFound(aggregation.collection)
        }
        let query = try await plan(aggregation.query(in: definition))
        return try AggregationPlan(aggregation, query: query, settings: settings)
    }

    package func read<R>(_ body: (any DatabaseView) throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        try body(MemoryView(database: self))
    }

    fileprivate func hits(of query: Query) throws(DatabaseError) -> [Hit] {
        if let answer = state.withLock({ $0.answers[query.collection] }) { return try answer.get() }
        var found = objects(in: try place(query.collection, query.tenant)).map(\.object).sorted { $0.id < $1.id }
        if case .behind(let id) = query.after { found.removeAll { $0.id <= id } }
        if let key = query.sort.first, case .property(let name) = key.field {
            found.sort { text(of: $0.properties[name]) < text(of: $1.properties[name]) }
            if key.isDescending { found.reverse() }
        }
        return found.dropFirst(query.offset).prefix(max(0, query.limit ?? 100)).map {
            Hit(object: selected($0, query.selection))
        }
    }

    fileprivate func object(
        _ id: ObjectID, in collection: String, tenant: String?, _ selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject? {
        let place = try place(collection, tenant)
        state.withLock { $0.selections.append(selection) }
        return find(id, place).map { selected($0.object, selection) }
    }
}

private struct MemoryView: DatabaseView {
    let database: MemoryDatabase

    func hits(of plan: QueryPlan) throws(DatabaseError) -> [Hit] {
        var query = plan.query
        (query.offset, query.limit) = plan.page
        return try database.hits(of: query)
    }

    func count(of plan: QueryPlan) throws(DatabaseError) -> Int {
        database.objects(in: try database.place(plan.query.collection, plan.query.tenant)).count
    }

    func groups(of plan: AggregationPlan) throws(DatabaseError) -> [AggregateGroup] {
        if let groups = database.state.withLock({ $0.groups }) { return groups }
        let place = try database.place(plan.request.collection, plan.request.tenant)
        return [AggregateGroup(objectCount: database.objects(in: place).count)]
    }

    func object(
        _ id: ObjectID, in collection: String, tenant: String?, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject? {
        try database.object(id, in: collection, tenant: tenant, selection)
    }
}
