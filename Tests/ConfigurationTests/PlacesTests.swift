// SPDX-License-Identifier: Apache-2.0

import Configuration
import Testing

struct PlacesTests {
    @Test func `a program in a checkout finds what the set-up put there`() {
        let places = Places(settings: Settings(), program: "/src/.build/x86_64-unknown-linux-gnu/release/needletail")
        #expect(places.openVINOFolders.contains("/src/.build/openvino"))
        #expect(places.weightPaths.contains("/src/Models/resnet50-v1-12.onnx"))
        #expect(places.weightPaths.first == "./data/models/resnet50-v1-12.onnx")
    }

    @Test func `an installed program finds what was installed with it`() {
        var settings = Settings()
        settings.imageModel = .efficientNetLite0
        let places = Places(settings: settings, program: "/opt/needletail/bin/needletail")
        #expect(places.openVINOFolders.first == "/opt/needletail/lib/openvino")
        #expect(places.weightPaths.contains("/opt/needletail/models/efficientnet-lite0.onnx"))
    }

    @Test func `what is set is the only place`() {
        var settings = Settings()
        settings.openVINOPath = "/lib/ov"
        settings.imageModel = .file(path: "net.onnx")
        let places = Places(settings: settings, program: "/needletail")
        #expect(places.openVINOFolders == ["/lib/ov"])
        #expect(places.weightPaths == ["net.onnx"])
    }

    @Test func `a program called by its bare name does not trap`() {
        #expect(Places(settings: Settings(), program: "needletail").openVINOFolders.count == 2)
        #expect(Places(settings: Settings(), program: "").weightPaths.count == 3)
    }
}
