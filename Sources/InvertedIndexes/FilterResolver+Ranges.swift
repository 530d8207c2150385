// SPDX-License-Identifier: Apache-2.0

internal import DataModel

extension FilterResolver {
    /// What a document has one value of.
    private enum SingleValue: Hashable {
        case property(PropertyID)
        case time(DocumentTime)
    }

    /// Operands of an `And`, where several ranges of a single value are one: a range with two ends is looked up once, and no wider than it is.
    ///
    /// Ranges of a list stay as they are: each may be met by another element.
    func mergingRanges(_ operands: [ResolvedCondition]) -> [ResolvedCondition] {
        var merged: [ResolvedCondition] = []
        var places: [SingleValue: (index: Int, range: TermRange)] = [:]
        for operand in operands {
            guard let (value, range) = singleRange(operand) else {
                merged.append(operand)
                continue
            }
            if let place = places[value] {
                let both = place.range.intersection(range)
                places[value] = (place.index, both)
                merged[place.index] = Self.condition(value, both)
            } else {
                places[value] = (merged.count, range)
                merged.append(operand)
            }
        }
        return merged
    }

    private func singleRange(_ condition: ResolvedCondition) -> (SingleValue, TermRange)? {
        switch condition {
        case .terms(let property, let range):
            guard case .scalar? = schema.propertiesByID[property]?.type else { return nil }
            return (.property(property), range)
        case .time(let which, let range): return (.time(which), range)
        default: return nil
        }
    }

    private static func condition(_ value: SingleValue, _ range: TermRange) -> ResolvedCondition {
        switch value {
        case .property(let property): .terms(property, range)
        case .time(let which): .time(which, range)
        }
    }
}
