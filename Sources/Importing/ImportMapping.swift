// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import JSON
import PictureSources

/// Which property takes what of an item, in a class that is there or is made for it.
///
/// Where several would fill one property, the first of these does: what is the same for all, the label, a column, path and
/// file name.
package struct ImportMapping: Sendable {
    private struct Field: Sendable {
        var property: String
        var type: String
    }

    /// The property of the pictures; `nil` of sources with vectors.
    package let pictureProperty: String?
    /// The class to be made; `nil` if it is there.
    package let newClass: NewClass?
    /// What whoever imports should know: what is left out, and why.
    package private(set) var notes: [String] = []
    private var columns: [String: Field] = [:]
    private var label: Field?
    private var constants: [(property: String, value: JSONValue)] = []
    private var takesPath = false
    private var takesFileName = false

    /// What one source has.
    package struct Shape: Sendable {
        package var columns: [SourceColumn]
        package var hasVectors: Bool

        package init(columns: [SourceColumn], hasVectors: Bool) {
            self.columns = columns
            self.hasVectors = hasVectors
        }
    }

    /// - Parameter existing: the class as it is; `nil`: it is to be made.
    /// - Throws: `ImportError.unfitClass`.
    package init(
        _ options: ImportOptions, source: Shape, existing: ImportedClass?
    ) throws(ImportError) {
        guard let existing else {
            self = try Self(makingClassFor: options, source: source)
            return
        }
        newClass = nil
        pictureProperty = source.hasVectors ? nil : try Self.pictureProperty(options, in: existing)
        if let name = options.labelProperty {
            label = try Self.field(name, in: existing, options, as: "--label-from-folder")
        }
        for constant in options.constants {
            let field = try Self.field(constant.name, in: existing, options, as: "--property")
            constants.append((field.property, try Self.value(of: constant, as: field.type)))
        }
        takesPath = existing.property(named: "path")?.type == "text"
        takesFileName = existing.property(named: "filename")?.type == "text"
        var omitted: [String] = []
        for column in source.columns where !Self.isID(column, options) {
            let name = Self.propertyName(for: column.name)
            if let property = existing.property(named: name), name != pictureProperty {
                columns[column.name] = Field(property: name, type: property.type)
            } else {
                omitted.append(column.name)
            }
        }
        if !omitted.isEmpty {
            notes.append(
                "class \(options.collection) has no property for \(Self.list(omitted)), which is left out; add one with POST "
                    + "/v1/schema/\(options.collection)/properties and import again with --existing replace")
        }
    }

    private init(makingClassFor options: ImportOptions, source: Shape) throws(ImportError) {
        var properties: [NewClass.Property] = []
        func add(_ name: String, _ type: String, isOneToken: Bool = false) -> Bool {
            guard !properties.contains(where: { $0.name == name }) else { return false }
            properties.append(.init(name: name, type: type, isOneToken: isOneToken))
            return true
        }
        let picture = source.hasVectors ? nil : PropertyName.normalized(options.pictureProperty ?? "image")
        pictureProperty = picture
        if let picture { _ = add(picture, "blob") }
        if let name = options.labelProperty.map(PropertyName.normalized) {
            guard add(name, "text", isOneToken: true) else {
                throw .unfitClass("'\(name)' cannot be both picture and label")
            }
            label = Field(property: name, type: "text")
        }
        for constant in options.constants {
            let name = PropertyName.normalized(constant.name)
            let type = ColumnText.type(of: constant.value).rawValue
            guard add(name, type) else { throw .unfitClass("the property '\(name)' is given twice") }
            constants.append((name, try Self.value(of: constant, as: type)))
        }
        var untyped: [String] = []
        for column in source.columns where !Self.isID(column, options) {
            let name = Self.propertyName(for: column.name)
            guard let type = column.type?.rawValue else {
                untyped.append(column.name)
                continue
            }
            if add(name, type) {
                columns[column.name] = Field(property: name, type: type)
                if name != column.name { notes.append("the column '\(column.name)' becomes the property '\(name)'") }
            } else {
                notes.append("the column '\(column.name)' is left out: the property '\(name)' is filled otherwise")
            }
        }
        if !untyped.isEmpty {
            notes.append(
                "\(Self.list(untyped)) is left out: it is empty, or its values are of no type that they have in common")
        }
        if !source.hasVectors {
            takesPath = add("path", "text", isOneToken: true)
            takesFileName = add("filename", "text", isOneToken: true)
        }
        newClass = NewClass(name: options.collection, properties: properties, pictureProperty: picture)
    }

    /// The properties of an item, without its picture.
    ///
    /// - Throws: a value that is none of its property's type.
    package func properties(of item: SourceItem) throws(SourceFault) -> JSONObject {
        var result = JSONObject()
        for (property, value) in constants { result[property] = value }
        if let label, result[label.property] == nil, let folder = item.folderName {
            result[label.property] = try ImportValue.converted(
                SourceProperty(name: label.property, value: .string(folder), isUntyped: true), to: label.type)
        }
        for value in item.properties {
            guard let field = columns[value.name], result[field.property] == nil else { continue }
            result[field.property] = try ImportValue.converted(value, to: field.type)
        }
        if takesPath, result["path"] == nil, let path = item.path { result["path"] = .string(path) }
        if takesFileName, result["filename"] == nil, let name = item.fileName { result["filename"] = .string(name) }
        return result
    }

    // MARK: - Parts

    private static func pictureProperty(
        _ options: ImportOptions, in existing: ImportedClass
    ) throws(ImportError) -> String {
        let wanted = options.pictureProperty.map(PropertyName.normalized)
        let blobs = existing.properties.filter { $0.type == "blob" || $0.type == "blobHash" }.map(\.name)
        guard let name = wanted ?? existing.pictureProperties.first ?? (blobs.contains("image") ? "image" : blobs.first)
        else {
            throw .unfitClass(
                "class \(options.collection) has no property of type blob for the pictures; add one, or import into another class"
            )
        }
        guard blobs.contains(name) else {
            throw .unfitClass(
                "class \(options.collection) has no property '\(name)' of type blob for the pictures"
                    + (blobs.isEmpty ? "" : "; it has \(list(blobs)): choose one with --picture-property"))
        }
        return name
    }

    private static func field(
        _ name: String, in existing: ImportedClass, _ options: ImportOptions, as flag: String
    ) throws(ImportError) -> Field {
        let name = PropertyName.normalized(name)
        guard let property = existing.property(named: name) else {
            throw .unfitClass(
                "\(flag): class \(options.collection) has no property '\(name)'; add it with POST "
                    + "/v1/schema/\(options.collection)/properties first")
        }
        return Field(property: name, type: property.type)
    }

    private static func value(of constant: ImportOptions.Constant, as type: String) throws(ImportError) -> JSONValue {
        do throws(SourceFault) {
            let property = SourceProperty(name: constant.name, value: .string(constant.value), isUntyped: true)
            return try ImportValue.converted(property, to: type) ?? .string("")
        } catch {
            throw .unfitClass("--property \(constant.name)=\(constant.value): \(error.reason)")
        }
    }

    private static func isID(_ column: SourceColumn, _ options: ImportOptions) -> Bool {
        options.ids == .uuid && column.name == options.idColumn
    }

    /// A name that properties may have: other characters become `_`.
    static func propertyName(for column: String) -> String {
        var name = String(
            String.UnicodeScalarView(
                column.unicodeScalars.map {
                    $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) ? $0 : "_"
                }))
        if name.first?.isNumber ?? true { name = "_" + name }
        name = PropertyName.normalized(String(name.prefix(200)))
        return PropertyName.reserved.contains(name) ? "source_id" : name
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(20).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    }
}
