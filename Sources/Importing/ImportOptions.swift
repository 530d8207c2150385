// SPDX-License-Identifier: Apache-2.0

/// What an import is to do, however it was asked for.
package struct ImportOptions: Hashable, Sendable {
    /// The class, its first letter raised.
    package var collection: String
    /// `nil` in classes without tenants.
    package var tenant: String?
    /// The property of the pictures; `nil`: that which the class makes vectors of, or `image`.
    package var pictureProperty: String?
    /// The property that is given the name of the folder that a picture lies in.
    package var labelProperty: String?
    /// Properties that are the same for all.
    package var constants: [Constant] = []
    package var ids = IDScheme.content
    /// The column with the ids, for `IDScheme.uuid`; it need not be there.
    package var idColumn = "id"
    package var existing = ExistingPolicy.skip
    /// Everything is read and nothing stored.
    package var isDryRun = false

    package init(collection: String) { self.collection = collection }

    package struct Constant: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Where the ids of objects come from.
    package enum IDScheme: String, CaseIterable, Sendable {
        /// From the bytes: equal pictures are one object.
        case content
        /// From the path within the source.
        case path
        /// As the table has them, or at random.
        case uuid
    }

    /// What becomes of an item whose id is taken.
    package enum ExistingPolicy: String, CaseIterable, Sendable { case skip, replace, fail }
}

/// What an import may hold at one time.
package struct ImportLimits: Sendable {
    /// How many objects are stored together.
    package var batchCount = 64
    /// How many bytes of pictures are stored together; one that is larger goes alone.
    package var batchBytes = 16 << 20
    /// How many batches are on their way to the target: one is decoded and inferred while another is committed.
    package var batchesUnderWay = 3
    /// How many pictures are fetched from other hosts at a time, and held until their turn comes.
    package var fetchesAtOnce = 8
    /// After so many failures for one and the same reason, and none that went well, it is no use to go on.
    package var hopelessCount = 128

    package init() {}
}
