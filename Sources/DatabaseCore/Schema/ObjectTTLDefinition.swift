// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation

/// When objects of a collection are deleted by themselves; the members of Weaviate's `objectTtlConfig`.
package struct ObjectTTLDefinition: Hashable, Sendable {
    package var isEnabled = false
    /// How many seconds after the time that counts; may be negative for a property, which then names a later time.
    package var seconds = 0
    /// `_creationTimeUnix`, `_lastUpdateTimeUnix`, or a property of type `date`.
    package var deleteOn = ""
    /// Whether queries leave out what has expired and is not deleted yet.
    package var filtersExpired = false

    package init() {}
}

extension ObjectTTLDefinition {
    static let creationTime = "_creationTimeUnix"
    static let updateTime = "_lastUpdateTimeUnix"
    /// What counts from a time that every object has.
    static let minimumSeconds = 60

    /// With a name without blanks around it, provided that the collection keeps what it needs.
    ///
    /// - Throws: `DatabaseError.invalidDefinition`.
    func checked(for collection: CollectionDefinition) throws(DatabaseError) -> ObjectTTLDefinition {
        guard isEnabled else { return self }
        var checked = self
        checked.deleteOn = deleteOn.trimmingCharacters(in: .whitespacesAndNewlines)
        switch checked.deleteOn {
        case "":
            throw .invalidDefinition(
                "missing value for \"deleteOn\". Set \"\(Self.creationTime)\", \"\(Self.updateTime)\" or custom property of "
                    + "\"date\" type")
        case Self.creationTime, Self.updateTime: try checked.checkTimestamps(of: collection)
        default: try checked.checkProperty(of: collection)
        }
        return checked
    }

    private func checkTimestamps(of collection: CollectionDefinition) throws(DatabaseError) {
        guard collection.invertedIndex.indexTimestamps else {
            throw .invalidDefinition(
                "\"deleteOn\"=\"\(deleteOn)\" requires indexed timestamps. Enable \"invertedIndexConfig.indexTimestamps\""
            )
        }
        guard seconds >= Self.minimumSeconds else {
            throw .invalidDefinition(
                "defaultTtl value too small for \"deleteOn\"=\"\(deleteOn)\". Required minimum \"\(Self.minimumSeconds)\" "
                    + "seconds, given \"\(seconds)\" seconds")
        }
    }

    private func checkProperty(of collection: CollectionDefinition) throws(DatabaseError) {
        let shown = deleteOn.prefix(300)
        guard let property = collection.property(named: PropertyName.normalized(deleteOn)) else {
            throw .invalidDefinition(
                "property \"\(shown)\" set as \"deleteOn\" not found among collection properties")
        }
        guard property.type == .scalar(.date) else {
            let given =
                if case .reference(let targets) = property.type { targets.first ?? "" } else {
                    TypeName.of(property.type)
                }
            throw .invalidDefinition(
                "property \"\(shown)\" set as \"deleteOn\" should have \"date\" data type, \"\(given)\" given")
        }
        guard property.isFilterable else {
            throw .invalidDefinition("property \"\(shown)\" set as \"deleteOn\" should have filterable index enabled")
        }
    }

    /// What has expired.
    ///
    /// - Parameter time: milliseconds since 1970.
    func expired(at time: Int64) -> Filter {
        let path: FilterPath =
            switch deleteOn {
            case Self.creationTime: .creationTime
            case Self.updateTime: .updateTime
            default: .property(PropertyName.normalized(deleteOn))
            }
        // From the year 1 to the year 9999, so that there is a text for it.
        let (wanted, overflow) = (time / 1_000).subtractingReportingOverflow(Int64(seconds))
        let limit = overflow ? (seconds > 0 ? Int64.min : .max) : wanted
        let clamped = min(max(limit, -62_135_596_800), 253_402_300_799)
        let text = Date(timeIntervalSince1970: Double(clamped)).ISO8601Format()
        return .condition(FilterCondition(path: path, comparison: .lessThanEqual, value: .date(text)))
    }
}
