// SPDX-License-Identifier: Apache-2.0

import Jobs
import PictureSources

/// Why an import cannot begin, or not go on. What fails alone is an `ImportFailure`.
package enum ImportError: JobFailure, Hashable {
    case source(SourceError)
    /// The class that is there does not fit; the text says how to mend it.
    case unfitClass(String)
    /// The target refuses everything: the text says why.
    case refused(String)
    /// The target does not answer, in spite of many attempts.
    case unreachable(String)
    case journal(path: String, reason: String)
    /// The same, whatever is imported: `count` items for one reason.
    case hopeless(reason: String, count: Int)

    package var message: String {
        switch self {
        case .source(let error): error.message
        case .unfitClass(let text), .refused(let text), .unreachable(let text): text
        case .journal(let path, let reason): "the journal '\(path)' can't be used: \(reason)"
        case .hopeless(let reason, let count): "the first \(count) all failed for one reason: \(reason)"
        }
    }
}

/// An item that was not imported.
package struct ImportFailure: Hashable, Sendable {
    /// Where it is: source and path or row.
    package var place: String
    package var reason: String

    package init(place: String, reason: String) {
        self.place = place
        self.reason = reason
    }
}
