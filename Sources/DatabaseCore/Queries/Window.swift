// SPDX-License-Identifier: Apache-2.0

/// Which part of a list of results a query wants.
struct Window {
    let offset: Int
    let count: Int
    /// The most that any answer holds.
    let maximum: Int
    var end: Int { offset + count }

    init(offset: Int, count: Int, maximum: Int) {
        self.offset = offset
        self.count = count
        self.maximum = maximum
    }

    /// - Throws: `DatabaseError.invalidQuery` if it reaches beyond `QUERY_MAXIMUM_RESULTS`, or lies before the start.
    init(_ query: Query, _ settings: DatabaseSettings) throws(DatabaseError) {
        maximum = settings.maximumResults
        guard query.offset >= 0 else {
            throw .invalidQuery(.negativeOffset(query.offset))
        }
        offset = query.offset
        switch query.limit {
        case let limit? where limit < 0: count = max(0, maximum - offset)
        case let limit?: count = limit
        case nil where query.hasThreshold: count = max(0, maximum - offset)
        case nil: count = min(settings.defaultLimit, max(0, maximum - offset))
        }
        let (sum, overflow) = offset.addingReportingOverflow(count)
        guard !overflow, sum <= maximum else {
            throw .invalidQuery(.windowTooLarge(offset: offset, count: count, maximum: maximum))
        }
    }

    /// The part of `list` that is wanted.
    func cut<Element>(_ list: [Element]) -> [Element] { Array(list.dropFirst(offset).prefix(count)) }
}

extension Query {
    /// Whether a search says how far away results may be: then all of them are wanted, unless a limit is given.
    fileprivate var hasThreshold: Bool {
        if case .vector(let search)? = search { search.threshold != nil } else { false }
    }
}
