// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

struct PreprocessingSettingsTests {
    private func read(_ text: String) throws -> [String: PicturePreprocessing] {
        try PreprocessingSettings.preprocessing(JSONValue(parsing: text), fields: ["front", "back"])
    }

    private func message(_ text: String) -> String? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return (error as? PreprocessingSettings.Invalid)?.message
        }
    }

    @Test func `settings that name no field are those of all fields`() throws {
        let settings = try read(#"{"exif": true, "fit": "pad", "alpha": "white", "flip": true, "normalize": true}"#)
        #expect(settings.keys.sorted() == ["back", "front"])
        let front = try #require(settings["front"])
        #expect(front.turnsByEXIF && front.averagesMirrorImage && front.normalizes)
        #expect(front.fit == .pad && front.alpha == .white)
    }

    @Test func `settings by field are those of this field alone`() throws {
        let settings = try read(#"{"front": {"flip": true}, "back": {"fit": "squash"}}"#)
        #expect(settings.keys.sorted() == ["front"])
        #expect(settings["front"]?.averagesMirrorImage == true)
    }

    @Test(arguments: ["{}", #"{"exif": false, "fit": "squash", "alpha": null}"#, #"{"front": {}}"#])
    func `what asks for nothing else is the compatible mode`(text: String) throws {
        #expect(try read(text).isEmpty)
    }

    @Test func `better stands for settings that can be changed one by one`() throws {
        var expected = PicturePreprocessing.better
        #expect(try read(#"{"better": true}"#)["front"] == expected)
        expected.averagesMirrorImage = false
        #expect(try read(#"{"better": true, "flip": false}"#)["front"] == expected)
    }

    @Test func `mistakes are named with their place`() {
        #expect(message("3")?.hasPrefix("preprocess must be an object") == true)
        #expect(message(#"{"fit": "cut"}"#) == "preprocess.fit must be one of squash, crop, pad")
        #expect(message(#"{"flip": 1}"#) == "preprocess.flip must be true or false")
        #expect(message(#"{"side": {"flip": true}}"#) == "preprocess.side: there is no such field in imageFields")
        #expect(message(#"{"front": {"alpha": "black"}}"#) == "preprocess.front.alpha must be one of drop, white")
        #expect(message(#"{"front": {}, "flip": true}"#) == "preprocess.flip: there is no such field in imageFields")
        #expect(message(#"{"turn": true}"#)?.hasPrefix("preprocess.turn: there is no such setting; there are ") == true)
    }

    @Test func `a stored definition keeps what each field asks for`() throws {
        var vector = VectorDefinition(
            name: "v", vectorizer: .image(fields: ["front", "back"]), index: VectorIndexDefinition())
        vector.preprocessing = try read(#"{"front": {"flip": true, "fit": "crop"}}"#)
        var definition = CollectionDefinition(name: "C", vectors: [vector])
        definition.imageURLProperty = "url"
        let bytes = DefinitionCodec.encoded(definition)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"version\":4"))
        #expect(try DefinitionCodec.decoded(bytes) == definition)
    }

    @Test func `equal settings are equal texts, and the compatible mode is an empty one`() throws {
        let text = PreprocessingSettings.text(of: try read(#"{"front": {"flip": true}}"#))
        #expect(text == #"{"front":{"exif":false,"fit":"squash","alpha":"drop","flip":true,"normalize":false}}"#)
        #expect(PreprocessingSettings.text(of: ["front": .compatible]) == "")
    }
}
