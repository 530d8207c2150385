// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import JSON

/// Maps on disk, so that one that was drawn is there after a restart (Docs/formats/maps.md).
///
/// Losing a file costs the time to draw its map again, so what cannot be written is not, and what cannot be read is none. All
/// operations block.
package struct MapFiles: Sendable {
    private let folder: String
    private static let version = 1
    /// How many are kept; those written first go first.
    private static let keptCount = 64
    /// Nothing that is kept is larger: 100,000 points have 7 MB.
    private static let mostBytes = 32 << 20

    /// - Parameter folder: made when the first map is kept.
    package init(folder: String) { self.folder = folder }

    /// The map of `target` as it was kept, with what was known when it was drawn; `nil` if there is none.
    func progress(of target: InsightsTarget) -> MapProgress? {
        guard let path = path(of: target), let size = try? URL(filePath: path).resourceValues(forKeys: [.fileSizeKey]),
            size.fileSize ?? .max <= Self.mostBytes, let data = FileManager.default.contents(atPath: path)
        else { return nil }
        return Self.progress(of: target, [UInt8](data))
    }

    /// Keeps a map that is drawn, in the place of one of the same target.
    func keep(_ progress: MapProgress) {
        guard let map = progress.map, let path = path(of: progress.target) else { return }
        let bytes = Self.encoded(map, objectsAtStart: progress.objectsAtStart)
        guard bytes.count <= Self.mostBytes else { return }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try? Data(bytes).write(to: URL(filePath: path), options: .atomic)
        removeOldest()
    }

    // MARK: - Files

    private static let plainCharacters = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

    /// Letters, digits, `-` and `_` stand for themselves; `nil` for names that no file can have.
    private func path(of target: InsightsTarget) -> String? {
        guard let name = target.identifier.addingPercentEncoding(withAllowedCharacters: Self.plainCharacters) else {
            return nil
        }
        return name.utf8.count <= 240 ? "\(folder)/\(name).json" : nil
    }

    private func removeOldest() {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files =
            (try? FileManager.default.contentsOfDirectory(
                at: URL(filePath: folder), includingPropertiesForKeys: Array(keys))) ?? []
        guard files.count > Self.keptCount else { return }
        let dated = files.map { ($0, (try? $0.resourceValues(forKeys: keys))?.contentModificationDate ?? .distantPast) }
        for (file, _) in dated.sorted(by: { $0.1 < $1.1 }).prefix(files.count - Self.keptCount) {
            try? FileManager.default.removeItem(at: file)
        }
    }

    // MARK: - Bytes

    private static func encoded(_ map: CollectionMap, objectsAtStart: Int) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 128 + map.ids.count * 80)
        writer.beginObject()
        for (name, number) in [
            ("version", version), ("objects", objectsAtStart), ("laidOut", map.laidOutCount),
            ("vectors", map.vectorCount), ("dimensions", map.dimensions),
            ("milliseconds", Int(map.elapsed / .milliseconds(1))),
        ] {
            writer.key(name)
            writer.number(number)
        }
        writer.member("target", .string(map.target.identifier))
        writer.member("ids", .array(map.ids.map { .string($0.description) }))
        writer.key("positions")
        writer.floats(map.positions)
        writer.endObject()
        return writer.bytes
    }

    private static func progress(of target: InsightsTarget, _ bytes: [UInt8]) -> MapProgress? {
        guard case .object(let root)? = try? JSONValue(parsing: bytes),
            case .string(target.identifier)? = root["target"],
            case .array(let names)? = root["ids"], case .array(let numbers)? = root["positions"],
            number("version", of: root) == version, let objects = number("objects", of: root),
            let laidOut = number("laidOut", of: root), let vectors = number("vectors", of: root),
            let dimensions = number("dimensions", of: root), let milliseconds = number("milliseconds", of: root)
        else { return nil }
        let ids = names.compactMap { if case .string(let text) = $0 { ObjectID(text) } else { nil } }
        let positions = numbers.compactMap { if case .number(let number) = $0 { Float(number.value) } else { nil } }
        guard ids.count == names.count, positions.count == 2 * ids.count,
            positions.allSatisfy({ (0...1).contains($0) })
        else { return nil }
        var progress = MapProgress(target: target, objectsAtStart: objects)
        progress.done = MapProgress.total
        progress.map = CollectionMap(
            target: target, ids: ids, positions: positions, laidOutCount: laidOut, vectorCount: vectors,
            dimensions: dimensions, elapsed: .milliseconds(milliseconds))
        return progress
    }

    private static func number(_ name: String, of root: JSONObject) -> Int? {
        if case .number(let number)? = root[name] { number.integer } else { nil }
    }
}
