// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A table of little-endian floats in NumPy's format 1.0: magic, version, length of the header, header, rows.
struct NumPyFile {
    let columns: Int
    private let bytesPerValue: Int
    private let payload: Data

    /// Opens `name.f32.npy` or, if that is missing, `name.f16.npy`.
    init(folder: String, name: String) throws {
        let paths = ["f32", "f16"].map { "\(folder)/\(name).\($0).npy" }
        guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Failure(text: "neither \(paths[0]) nor \(paths[1]) is there")
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        guard data.count > 10, data.prefix(8) == Data(Self.magic) else {
            throw Failure(text: "\(path) is not format 1.0")
        }
        let start = 10 + Int(data[8]) + Int(data[9]) << 8
        guard let header = String(data: data[10..<min(start, data.count)], encoding: .ascii),
            let shape = header.firstMatch(of: /'shape': \((\d+), (\d+)\)/), let columns = Int(shape.2), columns > 0
        else { throw Failure(text: "\(path) has no shape of rows and columns") }
        self.columns = columns
        bytesPerValue = header.contains("<f4") ? 4 : 2
        payload = data.dropFirst(start)
    }

    /// The first `rows` rows, or all that there are.
    func values(rows: Int) -> [Float] {
        let there = payload.count / bytesPerValue / columns * columns
        let wanted = rows < there / columns ? rows * columns : there
        // Safety: that many values are there, and any bits are a number.
        return unsafe payload.withUnsafeBytes { bytes in
            if bytesPerValue == 4 {
                (0..<wanted).map { unsafe bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            } else {
                (0..<wanted).map { Self.widened(unsafe bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) }
            }
        }
    }

    static func write(_ values: [Float], columns: Int, to path: String) throws {
        let shape = "(\(values.count / columns), \(columns))"
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
        var file = Data(magic + [118, 0])
        file.append(Data(text.padding(toLength: 117, withPad: " ", startingAt: 0).utf8 + [0x0A]))
        // Safety: any number may be read as bytes.
        unsafe values.withUnsafeBytes { unsafe file.append(contentsOf: $0) }
        try file.write(to: URL(fileURLWithPath: path))
    }

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

    /// IEEE 754 binary16, finite.
    private static func widened(_ half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10 & 31)
        if exponent == 0 { return Float(half & 1023) * 0x1p-24 * (sign == 0 ? 1 : -1) }
        return Float(bitPattern: sign | (exponent + 112) << 23 | UInt32(half & 1023) << 13)
    }
}
