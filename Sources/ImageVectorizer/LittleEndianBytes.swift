// SPDX-License-Identifier: Apache-2.0

/// Reads numbers of a stated width out of a bitmap file, lower byte first; past the end it throws.
struct LittleEndianBytes {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func byte(at offset: Int) throws(ImageVectorizerError) -> UInt8 {
        guard offset >= 0, offset < bytes.count else {
            throw .damaged(format: PictureFormat.bmp.rawValue, detail: "the header is incomplete")
        }
        return bytes[offset]
    }

    func uint16(at offset: Int) throws(ImageVectorizerError) -> UInt16 {
        UInt16(try byte(at: offset)) | UInt16(try byte(at: offset + 1)) << 8
    }

    func uint32(at offset: Int) throws(ImageVectorizerError) -> UInt32 {
        UInt32(try uint16(at: offset)) | UInt32(try uint16(at: offset + 2)) << 16
    }
}
