// SPDX-License-Identifier: Apache-2.0

/// Which entries of a property are meant.
package enum EntrySelection: Sendable {
    case all
    /// Those that only keyword search needs: frequencies, token counts and their sums.
    case keywordSearch

    var kinds: [EntryKind] {
        switch self {
        case .all: EntryKind.allCases.filter { $0 != .live && $0 != .time }
        case .keywordSearch: [.statistics, .frequency, .tokenCount]
        }
    }
}
