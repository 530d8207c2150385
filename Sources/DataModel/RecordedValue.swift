// SPDX-License-Identifier: Apache-2.0

/// The value of a property as its record holds it: texts as bytes of the record, of which no `String` is made.
package enum RecordedValue: Hashable, Sendable {
    /// Valid UTF-8. Dates are texts, too.
    case text(ArraySlice<UInt8>)
    case int(Int64)
    case number(Double)
    case boolean(Bool)
    /// A list of texts or dates, each valid UTF-8.
    case texts([ArraySlice<UInt8>])
    /// Of any other type.
    case other(PropertyValue)
}
