// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

// The methods, each without the time that it takes.
extension WeaviateService {
    func search(_ request: SearchRequest) async throws(GRPCStatus) -> SearchReply {
        let collection = try collection(request.collection)
        let (query, plan) = try SearchRequestReader(
            request: request, collection: collection, collections: { [database] in database.collection(named: $0) },
            settings: database.settings
        ).read()
        do throws(DatabaseError) {
            var profile = SearchProfile(query)
            let queryPlan = try await database.plan(query)
            profile.passed(.plan)
            let answer = try database.read {
                view throws(DatabaseError) -> (reply: SearchReply, profile: SearchProfile) in
                var profile = profile
                let hits = try view.hits(of: queryPlan)
                profile.passed(.search)
                var writer = SearchReplyWriter(plan: plan, query: query, view: view)
                let reply = try writer.reply(hits)
                profile.passed(.reply)
                return (reply, profile)
            }
            var reply = answer.reply
            if plan.metadata.request.queryProfile {
                let shard = query.tenant ?? database.shards(of: collection.name).first?.name ?? ""
                reply.queryProfile = answer.profile.message(shard: shard, node: nodeName)
            }
            return reply
        } catch {
            throw GRPCStatus(error, error.wording(on: SearchRequestReader.occasion(of: query)))
        }
    }

    func aggregate(_ request: AggregateRequest) async throws(GRPCStatus) -> AggregateReply {
        let (collection, reader): (CollectionDefinition, AggregateRequestReader)
        let (aggregation, properties): (AggregationRequest, [AggregateRequestReader.Property])
        do throws(GRPCStatus) {
            collection = try self.collection(request.collection)
            reader = AggregateRequestReader(
                request: request, collection: collection,
                collections: { [database] in database.collection(named: $0) })
            (aggregation, properties) = try reader.read()
        } catch {
            throw GRPCStatus(error.code, "parse params: \(error.message)")
        }
        var reply = AggregateReply()
        // Of a property that there is not, there are no groups.
        if let name = aggregation.groupBy.first, collection.property(named: name) == nil { return reply }
        let groups: [AggregateGroup]
        do throws(DatabaseError) {
            let plan = try await database.plan(aggregation)
            groups = try database.read { view throws(DatabaseError) in try view.groups(of: plan) }
        } catch {
            throw GRPCStatus(error, "aggregate: \(error.wording(on: .aggregation))")
        }
        let writer = AggregateReplyWriter(
            collection: collection, properties: properties, countsObjects: request.objectsCount)
        if let name = aggregation.groupBy.first {
            reply.result = writer.grouped(groups, by: name).map { .groupedResults($0) }
        } else {
            reply.result = groups.first.map { .singleResult(writer.single($0)) }
        }
        return reply
    }

    func batchObjects(
        _ request: BatchObjectsRequest, allowance: DecodingAllowance
    ) async throws(GRPCStatus) -> BatchObjectsReply {
        let errors = try await BatchWriter(database: database).store(request.objects, allowance: allowance)
        var reply = BatchObjectsReply()
        reply.errors = errors.sorted { $0.key < $1.key }.map { place, text in
            var error = BatchObjectsReply.BatchError()
            error.index = Int32(clamping: place)
            error.error = text
            return error
        }
        return reply
    }

    func batchReferences(
        _ request: BatchReferencesRequest, allowance: DecodingAllowance
    ) async throws(GRPCStatus) -> BatchReferencesReply {
        guard !request.references.isEmpty else {
            throw .refusal("invalid params: length cannot be 0, need at least one reference for batching")
        }
        let errors = try await BatchWriter(database: database).add(request.references, allowance: allowance)
        var reply = BatchReferencesReply()
        reply.errors = errors.sorted { $0.key < $1.key }.map { place, text in
            var error = BatchReferencesReply.BatchError()
            error.index = Int32(clamping: place)
            error.error = text
            return error
        }
        return reply
    }

    func batchDelete(_ request: BatchDeleteRequest) async throws(GRPCStatus) -> BatchDeleteReply {
        let (collection, filter): (CollectionDefinition, Filter)
        do throws(GRPCStatus) {
            collection = try self.collection(request.collection)
            guard let filters = request.filters else {
                throw .refusal("no filters in batch delete request; to delete all objects, delete the class")
            }
            filter = try FilterReader(collections: { [database] in database.collection(named: $0) })
                .filter(filters, on: collection)
        } catch {
            throw GRPCStatus(error.code, "batch delete params: \(error.message)")
        }
        let report: DeletionReport
        do throws(DatabaseError) {
            let tenant = request.tenant.flatMap { $0.isEmpty ? nil : $0 }
            report = try await database.deleteObjects(
                matching: filter, in: collection.name, tenant: tenant, isDryRun: request.dryRun)
        } catch {
            throw GRPCStatus(error, "batch delete: cannot find objects: \(error.wording)")
        }
        var reply = BatchDeleteReply()
        reply.matches = Int64(report.matches)
        reply.failed = Int64(report.items.count { $0.error != nil })
        // A dry run succeeds, too.
        reply.successful = Int64(report.items.count) - reply.failed
        guard request.verbose else { return reply }
        reply.objects = report.items.map { item in
            var object = BatchDeleteObject()
            object.uuid = item.id.bytes
            object.successful = item.error == nil
            object.error = item.error?.wordingInBatch ?? ""
            return object
        }
        return reply
    }

    func tenants(_ request: TenantsGetRequest) throws(GRPCStatus) -> TenantsGetReply {
        guard !request.collection.isEmpty else { throw .refusal("get tenants: missing collection") }
        if case .names(let names)? = request.params, names.values.isEmpty {
            throw .refusal("get tenants: must specify at least one tenant name")
        }
        let collection = CollectionName.normalized(request.collection)
        let tenants: [DatabaseCore.Tenant]
        do throws(DatabaseError) {
            if case .names(let names)? = request.params {
                var found: [DatabaseCore.Tenant] = []
                var seen: Set<String> = []
                for name in names.values where seen.insert(name).inserted {
                    if let tenant = try database.tenant(named: name, of: collection) { found.append(tenant) }
                }
                tenants = found
            } else {
                tenants = try database.tenants(of: collection)
            }
        } catch {
            throw GRPCStatus(error, "get tenants: could not get tenants: \(error.wording)")
        }
        var reply = TenantsGetReply()
        reply.tenants = tenants.map { tenant in
            var message = WeaviateMessages.Tenant()
            message.name = tenant.name
            // The names of old, as in Weaviate.
            message.activityStatus = tenant.status == .active ? .hot : .cold
            return message
        }
        return reply
    }
}
