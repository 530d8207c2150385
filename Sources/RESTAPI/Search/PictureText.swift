// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

/// Pictures that come as text.
enum PictureText {
    /// The bytes of base64, with or without the prefix of a data URI (`data:image/jpeg;base64,`), in one line or wrapped.
    ///
    /// - Parameter place: for the message.
    static func bytes(of text: String, place: String) throws(Refusal) -> [UInt8] {
        guard let bytes = Base64.picture(text) else {
            throw .handler(422, "\(place) is no base64: encode the file with padding, in the alphabet with + and /")
        }
        return bytes
    }
}
