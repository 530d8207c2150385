// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import WeaviateMessages

extension VectorSearch.Diversity {
    /// What a selection message asks for; `nil` if it asks for nothing. A limit that is not given is 0, which the database refuses.
    init?(_ message: Selection?) {
        guard case .mmr(let mmr)? = message?.selection else { return nil }
        self.init(count: Int(mmr.limit ?? 0))
        if let balance = mmr.balance { self.balance = Double(balance) }
    }
}

extension Query.Search {
    /// Which of the window's hits are shown; `nil`: all.
    var diversity: VectorSearch.Diversity? {
        switch self {
        case .vector(let search): search.diversity
        case .hybrid(let search): search.diversity
        case .keyword: nil
        }
    }
}
