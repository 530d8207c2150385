// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import HTTPServer
import ImageVectorizer
import ThumbnailCache

/// `GET /v1/objects/{class}/{id}/image` and `…/image/{property}`: a stored picture, or a thumbnail of it.
extension RESTHandler {
    func getPicture(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        let picture = try PictureRequest(call, definition: database.collection(named:))
        if let size = picture.size { return try await thumbnail(picture, size: size, call.request) }
        if call.request.header("if-none-match") != nil,
            let digest = pictureDigests.digest(of: try await place(of: picture))
        {
            // Its type is told with the content.
            let conditional = ConditionalResponse(tag: Self.tag(digest), headers: Self.headers)
            if conditional.isKnown(to: call.request) { return conditional.notModified }
        }
        let (bytes, digest) = try await content(of: picture)
        let conditional = ConditionalResponse(
            tag: Self.tag(digest), headers: Self.headers + Self.typeHeaders(of: bytes, named: picture.property.name))
        if conditional.isKnown(to: call.request) { return conditional.notModified }
        return conditional.response(bytes, to: call.request)
    }

    // MARK: - Thumbnails

    private func thumbnail(
        _ picture: PictureRequest, size: Int, _ request: HTTPRequest
    ) async throws(Refusal) -> HTTPResponse {
        guard let thumbnails = context.thumbnails else { throw .unsupported("thumbnails") }
        let digest = try await digest(of: picture)
        let conditional = ConditionalResponse(
            tag: Self.tag(digest, size: size), headers: Self.headers + [("Content-Type", "image/jpeg")])
        if conditional.isKnown(to: request) { return conditional.notModified }
        do throws(ThumbnailError) {
            let jpeg = try await thumbnails.thumbnail(for: ThumbnailKey(digest: digest, size: size)) {
                () async throws in
                let (bytes, now) = try await content(of: picture)
                // It would be kept as that of another one.
                guard now == digest else { throw Self.pictureChanged }
                return bytes
            }
            return conditional.response(jpeg, to: request)
        } catch {
            throw Self.refusal(error, of: picture)
        }
    }

    private static let pictureChanged = Refusal.handler(503, "the picture has just been changed; ask again")

    private static func refusal(_ error: ThumbnailError, of picture: PictureRequest) -> Refusal {
        switch error {
        case .picture(let error):
            return .handler(
                error.isFaultOfPicture ? 422 : 500,
                "no thumbnail can be made of property '\(picture.property.name)': \(error.message)")
        case .source(let error):
            return error as? Refusal ?? ErrorMapping.refusal(.storage("the picture could not be read"), in: .read)
        case .busy(let limit):
            var refusal = Refusal.handler(503, "\(limit) thumbnails wait to be made; ask again in a moment")
            refusal.response.headers.append(("Retry-After", "1"))
            return refusal
        case .cancelled: return ErrorMapping.refusal(.cancelled, in: .read)
        }
    }

    // MARK: - What is stored

    /// The digest of a picture, read and hashed only if it is not known.
    private func digest(of picture: PictureRequest) async throws(Refusal) -> [UInt8] {
        if let digest = pictureDigests.digest(of: try await place(of: picture)) { return digest }
        return try await content(of: picture).digest
    }

    private func place(of picture: PictureRequest) async throws(Refusal) -> PictureDigests.Place {
        Self.place(of: picture, in: try await storedObject(picture, properties: []))
    }

    private static func place(of picture: PictureRequest, in object: DatabaseObject) -> PictureDigests.Place {
        PictureDigests.Place(
            collection: object.collection, tenant: picture.tenant, id: picture.id, property: picture.property.name,
            updateTime: object.updateTime)
    }

    /// The bytes of a picture with their digest, which is worked out if it is not known.
    private func content(of picture: PictureRequest) async throws(Refusal) -> (bytes: [UInt8], digest: [UInt8]) {
        let object = try await storedObject(picture, properties: [picture.property.name])
        guard case .blob(let blob)? = object.properties[picture.property.name] else {
            throw .handler(404, "object \(picture.id) has no value for property '\(picture.property.name)'")
        }
        let place = Self.place(of: picture, in: object)
        if let digest = pictureDigests.digest(of: place) { return (blob.bytes, digest) }
        let digest = PictureDigest.sha256(of: blob.bytes)
        pictureDigests.note(digest, of: place, now: context.clock())
        return (blob.bytes, digest)
    }

    private func storedObject(
        _ picture: PictureRequest, properties: Set<String>
    ) async throws(Refusal) -> DatabaseObject {
        let selection = Query.Selection(properties: properties)
        guard let object = try await object(picture.id, in: picture.collection, picture.tenant, selection) else {
            throw .handler(404, "class '\(picture.collection.prefix(300))' has no object \(picture.id)")
        }
        return object
    }

    // MARK: - Headers

    /// A strong tag: half of the digest, and what was made of the picture.
    private static func tag(_ digest: [UInt8], size: Int? = nil) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hexadecimal = digest.prefix(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        let suffix = size.map { "-\($0)-\(ThumbnailKey.version)" } ?? ""
        return "\"\(String(decoding: hexadecimal, as: UTF8.self))\(suffix)\""
    }

    /// What is stored came from anybody, so a browser neither guesses what it is nor runs anything of it.
    private static let headers: [(name: String, value: String)] = [
        ("Cache-Control", "private, no-cache"), ("Content-Security-Policy", "sandbox"),
        ("X-Content-Type-Options", "nosniff"),
    ]

    private static func typeHeaders(of bytes: [UInt8], named name: String) -> [(name: String, value: String)] {
        if let format = try? PictureFormat(of: bytes) {
            return [("Content-Type", format.contentType)]
        }
        return [
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", "attachment; filename=\"\(name)\""),
        ]
    }
}
