// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Synchronization

extension MemoryDatabase {
    package func changeReferences(of source: ReferenceSource, _ edit: ReferenceEdit) async throws(DatabaseError) {
        guard let definition = collection(named: source.collection) else {
            throw .collectionNotFound(source.collection)
        }
        let property = try definition.referenceProperty(named: source.property)
        switch edit {
        case .add(let beacon): try requireTarget(property.completed(beacon))
        case .replace(let beacons): for beacon in beacons { try requireTarget(property.completed(beacon)) }
        case .remove: break
        }
        try apply(edit, to: source, property)
    }

    package func addReferences(_ additions: [ReferenceAddition]) async -> [Result<Void, DatabaseError>] {
        additions.map { addition in
            do throws(DatabaseError) {
                guard let definition = collection(named: addition.source.collection) else {
                    throw .collectionNotFound(addition.source.collection)
                }
                let property = try definition.referenceProperty(named: addition.source.property)
                return .success(try apply(.add(addition.target), to: addition.source, property))
            } catch {
                return .failure(error)
            }
        }
    }

    private func requireTarget(_ beacon: Beacon) throws(DatabaseError) {
        guard let collection = beacon.collection else { return }
        guard find(beacon.id, collection) != nil else { throw .invalidReference(.missingTarget(beacon.id)) }
    }

    private func apply(
        _ edit: ReferenceEdit, to source: ReferenceSource, _ property: PropertyDefinition
    ) throws(DatabaseError) {
        let place = try place(source.collection, source.tenant)
        guard var stored = find(source.id, place) else {
            throw .objectNotFound(collection: source.collection, id: source.id)
        }
        var beacons: [Beacon] = []
        if case .references(let old)? = stored.object.properties[property.name] { beacons = old }
        switch edit {
        case .add(let beacon): beacons.append(property.completed(beacon))
        case .replace(let new): beacons = new.map(property.completed)
        case .remove(let beacon): beacons.removeAll { $0 == property.completed(beacon) }
        }
        stored.object.properties[property.name] = .references(beacons)
        let changed = stored
        state.withLock { $0.objects[place, default: [:]][source.id] = changed }
    }
}
