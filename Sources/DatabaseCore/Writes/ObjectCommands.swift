// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import InvertedIndexes
import ObjectStorage

/// An object that has been checked, with the vectors it is to have.
struct PreparedObject: Sendable {
    var id: ObjectID
    var properties: [PropertyID: PropertyValue]
    var vectors: [VectorID: [Float]]
    var multiVectors: [VectorID: MultiVector] = [:]
    /// The vectors that the network made.
    var madeVectors: Set<VectorID> = []
    /// The blobs of which only the hashes are stored, until vectors have been made of them.
    var hashedBlobs: [PropertyID: [UInt8]] = [:]
    /// What the values put into the inverted indexes, and under which definition.
    typealias Analysis = (values: AnalyzedValues, collection: Collection.Snapshot)
    var analysis: Analysis?
}

/// What `put` does about an object that is there, or not.
enum PutMode: Sendable {
    /// Refuses an id that is taken.
    case insert
    case insertOrReplace
    /// Refuses an id that is not there.
    case replace

    /// Why an object cannot be put, if it cannot.
    ///
    /// - Parameter collection: its name.
    func refusal(of id: ObjectID, isStored: Bool, in collection: String) -> DatabaseError? {
        switch (self, isStored) {
        case (.insert, true): .objectExists(id)
        case (.replace, false): .objectNotFound(collection: collection, id: id)
        case (.insert, false), (.replace, true), (.insertOrReplace, _): nil
        }
    }
}

/// A change of some properties and vectors of one object.
struct ObjectPatch: Sendable {
    var id: ObjectID
    /// `nil` removes the property; references are added to those that are there.
    var properties: [PropertyID: PropertyValue?]
    /// New vectors; `nil` removes one. What is not named stays.
    var vectors: [VectorID: [Float]?]
    /// New multi-vectors. What is not named stays.
    var multiVectors: [VectorID: MultiVector] = [:]
    var madeVectors: Set<VectorID> = []
    /// Pictures that a new vector was made of although the patch does not hold them, or that a vector stays for: they must
    /// still be what they were.
    var unchangedPictures: [PropertyID: PropertyValue] = [:]
}

/// A change of the references of one property of one object.
struct PreparedReferenceEdit: Sendable {
    var source: ObjectID
    var property: PropertyID
    var edit: ReferenceEdit
    /// Whether it is refused if one of its targets is not there.
    var requiresTargets: Bool
}

extension ReferenceEdit {
    /// The references that come to be.
    var added: [Beacon] {
        switch self {
        case .add(let beacon): [beacon]
        case .replace(let beacons): beacons
        case .remove: []
        }
    }

    /// About how many bytes it writes.
    fileprivate var sizeInBytes: Int {
        switch self {
        case .add, .remove: 128
        case .replace(let beacons): 128 * beacons.count
        }
    }
}

/// What an operation on objects changes, as a value with everything it needs.
///
/// Commands are applied in order by the writer thread alone, each in one transaction with its index entries.
enum ObjectCommand: Sendable {
    /// One result an object, in order; a bad one leaves the others untouched.
    case put([PreparedObject], mode: PutMode, time: Int64, network: NetworkIdentity?)
    case patch(ObjectPatch, time: Int64, network: NetworkIdentity?)
    case delete([ObjectID])
    /// Deletes those that have not been changed since a time in milliseconds since 1970.
    case expire([ObjectID], unchangedSince: Int64)
    /// One result an edit, in order; an object is rewritten once, however many edits it has.
    case editReferences([PreparedReferenceEdit], time: Int64)

    /// How many outcomes it has.
    var objectCount: Int {
        switch self {
        case .put(let objects, _, _, _): objects.count
        case .patch: 1
        case .delete(let ids), .expire(let ids, _): ids.count
        case .editReferences(let edits, _): edits.count
        }
    }

    /// Whether it only makes room.
    var isRemoval: Bool {
        switch self {
        case .delete, .expire: true
        case .put, .patch, .editReferences: false
        }
    }

    /// About how many bytes it writes.
    var sizeInBytes: Int {
        switch self {
        case .put(let objects, _, _, _):
            objects.reduce(0) { sum, object in
                sum + Self.size(of: object.properties.values) + Self.size(of: object.vectors.values)
                    + Self.size(of: object.multiVectors.values.lazy.map(\.elements))
            }
        case .patch(let patch, _, _):
            Self.size(of: patch.properties.values.compactMap { $0 })
                + Self.size(of: patch.vectors.values.compactMap { $0 })
                + Self.size(of: patch.multiVectors.values.lazy.map(\.elements))
        case .delete(let ids), .expire(let ids, _): ids.count * 256
        case .editReferences(let edits, _): edits.reduce(0) { $0 + 1_024 + $1.edit.sizeInBytes }
        }
    }

    private static func size(of values: some Sequence<PropertyValue>) -> Int {
        values.reduce(256) { sum, value in
            switch value {
            case .blob(let blob): sum + blob.bytes.count
            case .text(let text): sum + 2 * text.utf8.count
            case .array(let elements): sum + 64 * elements.count
            default: sum + 64
            }
        }
    }

    private static func size(of vectors: some Sequence<[Float]>) -> Int {
        vectors.reduce(0) { $0 + 4 * $1.count }
    }
}

/// What became of one object of a command.
enum ObjectOutcome: Sendable {
    case stored(StoredObject)
    case deleted(Bool)
    case edited
    case refused(DatabaseError)
}
