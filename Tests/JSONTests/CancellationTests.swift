// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import JSON

@Suite struct CancellationTests {
    /// What a reader says of `text` in a task that has been cancelled.
    private func error(of text: String, looksForCancellation: Bool) async -> JSONError? {
        await Task {
            // Safety: the task is not kept.
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            var reader = JSONReader(Array(text.utf8), looksForCancellation: looksForCancellation)
            do throws(JSONError) {
                _ = try reader.checkValue()
                return nil
            } catch {
                return error
            }
        }.value
    }

    @Test(
        arguments: [
            "[" + String(repeating: "0,", count: 200_000) + "0]",
            "{" + (0..<50_000).map { #""k\#($0)":0"# }.joined(separator: ",") + "}",
            "\"" + String(repeating: #"\u0041"#, count: 50_000) + "\"",
        ])
    func `reading ends within 64 KiB of the cancellation, where the reader looks for it`(text: String) async {
        let error = await error(of: text, looksForCancellation: true)
        #expect(error?.reason == .cancelled)
        #expect((error?.offset ?? .max) <= JSONReader.bytesBetweenLooks)
        #expect(await self.error(of: text, looksForCancellation: false) == nil)
    }
}
