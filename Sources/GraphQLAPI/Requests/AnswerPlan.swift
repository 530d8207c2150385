// SPDX-License-Identifier: Apache-2.0

import GraphQLLanguage

/// What the answer to a request consists of, in order, before anything has been searched.
struct AnswerPlan {
    /// A field of the operation.
    struct Root {
        var field: CollectedField
        var content: RootContent
    }

    enum RootContent {
        case classes([ClassField])
        case json([UInt8])
        case typename(String)
        /// Null, and an error with this message.
        case refused(String)
    }

    /// A field of `Get` or `Aggregate`.
    struct ClassField {
        var field: CollectedField
        var content: ClassContent
    }

    enum ClassContent {
        case typename(String)
        /// The one at this place of `fields`.
        case planned(Int)
    }

    var roots: [Root] = []
    /// What the database is asked for, in the order of the answer. Each can be answered apart from the others.
    var fields: [PlannedField] = []
}
