// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import GraphQLLanguage
import JSON

/// A field of `Get` or `Aggregate` that could not be answered; null in the answer, and an error with this message.
struct FieldFailure: Error {
    let message: String

    init(_ error: any Error, on occasion: QueryOccasion) {
        message =
            switch error {
            case let error as QueryError: error.message
            case let error as DatabaseError: error.wording(on: occasion)
            case let error as GraphQLError: error.message
            default: "the query failed"
            }
    }
}

/// The JSON of a field.
typealias FieldResult = Result<[UInt8], FieldFailure>

/// A field of `Get` or `Aggregate` with all that is needed to answer it: a value, so that any thread can.
struct PlannedField: Sendable {
    enum Work: Sendable {
        case search(Query, ObjectPlan)
        case aggregation(AggregateFieldPlan)
        /// The field's arguments or selections make no sense.
        case refusal(FieldFailure)
    }

    let work: Work
    let occasion: QueryOccasion

    /// Asks the database and writes the JSON. Blocks for as long as the search takes.
    func result(from database: any DatabaseOperations) async -> FieldResult {
        do {
            switch work {
            // What was wrong from the start is said as it was even to those who no longer wait.
            case .refusal(let failure): return .failure(failure)
            case .search(let query, let plan):
                if Task.isCancelled { throw DatabaseError.cancelled }
                return .success(try await Self.objects(query, plan, from: database))
            case .aggregation(let aggregation):
                if Task.isCancelled { throw DatabaseError.cancelled }
                return .success(try await aggregation.answer(from: database))
            }
        } catch {
            return .failure(FieldFailure(error, on: occasion))
        }
    }

    /// The hits of one field of `Get`.
    private static func objects(
        _ query: Query, _ plan: ObjectPlan, from database: any DatabaseOperations
    ) async throws(DatabaseError) -> [UInt8] {
        let queryPlan = try await database.plan(query)
        return try database.read { view throws(DatabaseError) in
            var output = GraphQLObjectWriter(view: view, tenant: query.tenant)
            try output.write(try view.hits(of: queryPlan), plan: plan)
            return output.writer.bytes
        }
    }
}

/// Turns fields of `Get` and `Aggregate` into `PlannedField`s.
struct FieldPlanner {
    let schema: CollectionSchema
    let settings: DatabaseSettings

    func search(
        _ field: CollectedField, _ collection: CollectionDefinition, _ definition: FieldDefinition,
        _ collector: inout FieldCollector
    ) -> PlannedField {
        planned(on: occasion(of: field)) {
            let plan = try ObjectPlan(field.selections, of: collection, schema: schema, collector: &collector)
            let arguments = collector.arguments(of: field.field, definition: definition)
            let planner = QueryPlanner(collection: collection, settings: settings)
            return .search(try planner.query(arguments, selection: plan.selection), plan)
        }
    }

    func aggregation(
        _ field: CollectedField, _ collection: CollectionDefinition, _ definition: FieldDefinition,
        _ collector: inout FieldCollector
    ) -> PlannedField {
        planned(on: .aggregation) {
            try .aggregation(
                AggregateFieldPlan(field, of: collection, definition: definition, collector: &collector))
        }
    }

    private func planned(on occasion: QueryOccasion, _ work: () throws -> PlannedField.Work) -> PlannedField {
        do {
            return PlannedField(work: try work(), occasion: occasion)
        } catch {
            return PlannedField(work: .refusal(FieldFailure(error, on: occasion)), occasion: occasion)
        }
    }

    private func occasion(of field: CollectedField) -> QueryOccasion {
        let names = field.field.arguments.map(\.name.text)
        if names.contains("hybrid") || names.contains("bm25") { return .keywordSearch }
        return names.contains { $0.hasPrefix("near") } ? .vectorSearch : .listing
    }
}
