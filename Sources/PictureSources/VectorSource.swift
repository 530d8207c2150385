// SPDX-License-Identifier: Apache-2.0

/// The vectors of a `.npy` file, with a row of properties for each if there is a table of them.
final class VectorSource: PictureSource {
    let total: Int?
    let columns: [SourceColumn]
    var hasVectors: Bool { true }
    private let path: String
    private let header: NPYHeader
    private var stream: ByteStream
    private let propertiesPath: String
    private var rows: TableRows?
    private var position = 0

    init(_ file: SourceFile, properties: SourceFile?, limits: SourceLimits) throws(SourceError) {
        path = file.path
        propertiesPath = properties?.path ?? ""
        do throws(SourceFault) {
            stream = try ByteStream(file)
            header = try NPYHeader(&stream)
        } catch {
            throw .invalidVectors(path: file.path, reason: error.reason)
        }
        total = header.rowCount
        guard let properties else {
            columns = []
            return
        }
        let survey = try TableSurvey(properties, limits: limits)
        guard survey.rowCount == header.rowCount else {
            throw .rowCountMismatch(vectors: header.rowCount, rows: survey.rowCount, path: properties.path)
        }
        columns = survey.columns
        do throws(SourceFault) { rows = try TableRows(properties, limits: limits) } catch {
            throw .invalidTable(path: properties.path, reason: error.reason)
        }
    }

    var share: Double { stream.share }

    func next() throws(SourceError) -> SourceItem? {
        guard position < header.rowCount else { return nil }
        let values: [Float]
        do throws(SourceFault) { values = header.values(try stream.read(header.rowByteCount)) } catch {
            throw .invalidVectors(path: path, reason: error.reason)
        }
        var item = SourceItem(place: "vector \(position)", path: nil, content: .vector(values))
        position += 1
        if !values.allSatisfy(\.isFinite) { item.content = .unreadable("it holds a value that is no finite number") }
        do throws(SourceFault) {
            switch try rows?.next()?.content {
            case .success(let properties)?: item.properties = properties
            case .failure(let fault)?: item.content = .unreadable("its row of properties is wrong: \(fault.reason)")
            case nil: break
            }
        } catch {
            throw .invalidTable(path: propertiesPath, reason: error.reason)
        }
        return item
    }
}
