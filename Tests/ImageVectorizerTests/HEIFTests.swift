// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import Testing

/// Files of 9 x 7 pixels in red (200, 40, 40), made with pillow-heif. Of the clear ones the columns from 5 on are transparent.
struct HEIFTests {
    private static let turnedHEIC =
        "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAABx21ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAAAAAANGlsb2MA"
        + "AAAAREAAAgABAAAAAAHnAAEAAAAAAAAANwACAAAAAAIeAAEAAAAAAAAAJAAAADhpaW5mAAAAAAACAAAAFWluZmUCAAAAAAEAAGh2YzEA"
        + "AAAAFWluZmUCAAABAAIAAEV4aWYAAAAADnBpdG0AAAAAAAEAAAEGaXBycAAAAOVpcGNvAAAAdWh2Y0MBA3AAAACQAAAAAAAe8AD8/fj4"
        + "AAAPA2AAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAYQABAClCAQEDcAAAAwCQAAADAAADAB6gIIEFluqumubgIaDAgAAADIAAAAMA"
        + "hGIAAQAGRAHBc8GJAAAAE2NvbHJuY2x4AAEADQAGgAAAABRpc3BlAAAAAAAAAEAAAABAAAAAKGNsYXAAAAAJAAAAAQAAAAcAAAAB////"
        + "yQAAAAL////HAAAAAgAAABBwaXhpAAAAAAMICAgAAAAJaXJvdAMAAAAZaXBtYQAAAAAAAAABAAEGgQIDBYSGAAAAGmlyZWYAAAAAAAAA"
        + "DmNkc2MAAgABAAEAAABjbWRhdAAAADMoAa8GMhaHNIkg8L+nT///vW/2X7JNrNbJ64R+gGPH5LeQkZ70X3sYUuU8dCD0nFO5zYAAAAAG"
        + "RXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAA="

    private static let clearHEIC =
        "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAACa21ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAAAAAANGlsb2MA"
        + "AAAAREAAAgABAAAAAAKLAAEAAAAAAAAANwACAAAAAALCAAEAAAAAAAAAcgAAADhpaW5mAAAAAAACAAAAFWluZmUCAAAAAAEAAGh2YzEA"
        + "AAAAFWluZmUCAAAAAAIAAGh2YzEAAAAADnBpdG0AAAAAAAEAAAGqaXBycAAAAYJpcGNvAAAAdWh2Y0MBA3AAAACQAAAAAAAe8AD8/fj4"
        + "AAAPA2AAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAYQABAClCAQEDcAAAAwCQAAADAAADAB6gIIEFluqumubgIaDAgAAADIAAAAMA"
        + "hGIAAQAGRAHBc8GJAAAAE2NvbHJuY2x4AAEADQAGgAAAABRpc3BlAAAAAAAAAEAAAABAAAAAKGNsYXAAAAAJAAAAAQAAAAcAAAAB////"
        + "yQAAAAL////HAAAAAgAAABBwaXhpAAAAAAMICAgAAABxaHZjQwEECAAAAJ/4AAAAAB7wAPz8+PgAAA8DYAABABdAAQwB//8ECAAAAwCf"
        + "+AAAAwAAHroCQGEAAQAmQgEBBAgAAAMAn/gAAAMAAB7AggQWW6q6a5sCAAADADIAAAMAAhBiAAEABkQBwXPBiQAAAA5waXhpAAAAAAEI"
        + "AAAAJ2F1eEMAAAAAdXJuOm1wZWc6aGV2YzoyMDE1OmF1eGlkOjEAAAAAIGlwbWEAAAAAAAAAAgABBYECAwWEAAIFhgMHiIQAAAAaaXJl"
        + "ZgAAAAAAAAAOYXV4bAACAAEAAQAAALFtZGF0AAAAMygBrwYyFoc0iSDwv6dP//+9b/Zfsk2s1snrhH6AY8fkt5CRnvRfexhS5Tx0IPSc"
        + "U7nNgAAAAG4oAa4MZDXExeQEuSaBdJvHU5RkjBwXddnnPIfseXIR+Yvvz6T/MeftDrX0v/PM/kk/j59VQVSgfx3Dom/AM5nvQKej3y+c"
        + "dKh0dY+pb1kXpvb8JC9CjLy3/W4h2Ysbsr2xTA4ggpFBGcWJHiRQpg=="

    private static let clearAVIF =
        "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAGGbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAA"
        + "AAAOcGl0bQAAAAAAAQAAACxpbG9jAAAAAEQAAAIAAQAAAAEAAAHRAAAALQACAAAAAQAAAa4AAAAjAAAAQmlpbmYAAAAAAAIAAAAaaW5m"
        + "ZQIAAAAAAQAAYXYwMUNvbG9yAAAAABppbmZlAgAAAAACAABhdjAxQWxwaGEAAAAAGmlyZWYAAAAAAAAADmF1eGwAAgABAAEAAADDaXBy"
        + "cAAAAJ1pcGNvAAAAFGlzcGUAAAAAAAAACQAAAAcAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAA"
        + "AA5waXhpAAAAAAEIAAAADGF2MUOBABwAAAAAOGF1eEMAAAAAdXJuOm1wZWc6bXBlZ0I6Y2ljcDpzeXN0ZW1zOmF1eGlsaWFyeTphbHBo"
        + "YQAAAAAeaXBtYQAAAAAAAAACAAEEAQKDBAACBAEFhgcAAABYbWRhdBIACgUYDKMwqDIYEYAAAQD6vMc4ESeqR9NVanSsxWDEtqJUEgAK"
        + "CBgMozRAQ0GhMh8SB/f2qQCCCD5AAAD/0T0IdSs7hYnLU/I+k4ry9sd0"

    private static func bytes(_ text: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: text))) }

    private func isRed(_ pixel: ArraySlice<UInt8>) -> Bool {
        zip(pixel, [200, 40, 40]).allSatisfy { abs(Int($0) - $1) <= 12 }
    }

    @Test func `a HEIC picture is turned as its file says, in every mode`() throws {
        let picture = try Picture(Self.bytes(Self.turnedHEIC))
        #expect(picture.format == .heic)
        #expect(picture.width == 7 && picture.height == 9)
        let pixels = try picture.pixels()
        for place in stride(from: 0, to: pixels.count, by: 3) { #expect(isRed(pixels[place..<(place + 3)])) }
    }

    @Test func `a picture of twelve million pixels, as telephones make them, is within the default limits`() throws {
        let picture = try Picture(Self.bytes(Self.turnedHEIC))
        let perPixel = (picture.decodingMemoryInBytes - (4 << 20)) / (picture.width * picture.height)
        #expect(4032 * 3024 * perPixel + (4 << 20) <= DecodingLimits().memoryInBytes)
    }

    @Test(arguments: [(clearHEIC, PictureFormat.heic), (clearAVIF, .avif)])
    func `alpha is dropped or put on white`(_ text: String, _ format: PictureFormat) throws {
        let picture = try Picture(Self.bytes(text), limits: DecodingLimits(), keepsAlpha: true)
        #expect(picture.format == format)
        var onWhite = PicturePreprocessing.compatible
        onWhite.alpha = .white
        let dropped = try picture.prepared(.compatible, width: 9, height: 7)
        let white = try picture.prepared(onWhite, width: 9, height: 7)
        #expect(isRed(dropped[0..<3]) && isRed(white[0..<3]) && isRed(dropped[24..<27]))
        #expect(white[24..<27].allSatisfy { $0 > 245 })
    }

    @Test(arguments: [turnedHEIC, clearHEIC, clearAVIF])
    func `a file cut anywhere is refused, and never traps`(_ text: String) throws {
        let bytes = try Self.bytes(text)
        for count in 0..<bytes.count { _ = try? Picture(Array(bytes.prefix(count))).pixels() }
        #expect(throws: ImageVectorizerError.self) { try Picture(Array(bytes.prefix(bytes.count / 2))).pixels() }
    }

    @Test(arguments: [clearAVIF])
    func `pixels other than the boxes promise are refused`(_ text: String) throws {
        var bytes = try Self.bytes(text)
        // The box of the size: its name, 4 bytes of version and flags, width and height.
        for place in 0..<(bytes.count - 16) where bytes[place..<(place + 4)].elementsEqual("ispe".utf8) {
            bytes.replaceSubrange((place + 8)..<(place + 16), with: [0, 0, 0, 3, 0, 0, 0, 3])
        }
        let picture = try Picture(bytes)
        #expect(picture.width == 3 && picture.height == 3)
        #expect(throws: ImageVectorizerError.self) { try picture.pixels() }
    }
}
