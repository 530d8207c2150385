// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// What is done with one object, which is named by its id, and perhaps by its class.
struct ObjectOperations {
    let get: APIOperation
    let head: APIOperation
    let replace: APIOperation
    let merge: APIOperation
    let delete: APIOperation

    static let objectOfClass = Self("objects.class", nil, replaced: "{", delete: [.doneWithoutContent])
    static let objectByID = Self(
        "objects", "Without a class the first one that has the id is meant. Give the class, which is faster.",
        replaced: #"{"class": "\#(OpenAPIExamples.pictureClass)", "#, delete: [.doneWithoutContent, .notFound])

    /// - Parameters:
    ///   - ids: what the ids of the operations begin with.
    ///   - replaced: what the example of a whole object begins with.
    ///   - delete: what is answered to a deletion that is carried out or finds nothing.
    private init(_ ids: String, _ description: String?, replaced: String, delete deleted: [APIResponse]) {
        let read = [APIParameter.tenant] + APIParameter.consistency
        let wrongClass = APIResponse.refusal(
            422, "A property, vector, class or tenant does not fit; or an id in the body is another")
        get = APIOperation(
            "\(ids).get", description, parameters: [.include] + read,
            responses: [.json("The object", .reference(.object)), .unreadable, .notFound, .invalid])
        head = APIOperation(
            "\(ids).head", description, parameters: read,
            responses: [
                APIResponse(204, "There is"), .notFound, APIResponse(400, "Of `consistency_level`"),
                APIResponse(422, "The id is none, or a tenant does not fit"),
            ])
        replace = APIOperation(
            "\(ids).put",
            "The object is as the body says afterwards, whatever it had before. The body repeats the id; `tenant` stands in it.",
            parameters: APIParameter.consistency,
            body: APIRequestBody(
                .json(
                    .reference(.newObject),
                    APIExample(
                        "Other values",
                        #"""
                        \#(replaced)"id": "\#(OpenAPIExamples.objectID)", "properties": {"image": "\#(OpenAPIExamples.picture)", "text": "another line", "year": 2025}}
                        """#)),
                APIContent(
                    "multipart/form-data", .reference(.objectForm),
                    examples: [
                        APIExample(
                            "Another picture",
                            #"""
                            \#(replaced)"id": "\#(OpenAPIExamples.objectID)", "image": "\#(OpenAPIExamples.file)", "text": "another line"}
                            """#)
                    ])),
            responses: [
                .json("The object as it is stored", .reference(.object)), .unreadable, .notFound, wrongClass,
                .refusal(500, "It can't be stored"),
            ])
        merge = APIOperation(
            "\(ids).patch",
            "Properties that the body has are changed, those that are `null` in it are removed, the others stay. `tenant` stands in the body.",
            parameters: APIParameter.consistency,
            body: APIRequestBody(
                .json(
                    .reference(.newObject),
                    APIExample("One property", #"{"properties": {"year": 2025}}"#)),
                APIContent(
                    "multipart/form-data", .reference(.objectForm),
                    examples: [APIExample("Another picture", #"\#(replaced)"image": "\#(OpenAPIExamples.file)"}"#)])),
            responses: [
                .doneWithoutContent, .unreadable, .notFound, wrongClass, .refusal(500, "It can't be stored"),
            ])
        delete = APIOperation(
            "\(ids).delete", description, parameters: read,
            responses: deleted + [.unreadable, .invalid, .refusal(500, "There is no such class, or it is read-only")])
    }
}

/// What is done with the references of one object.
struct ReferenceOperations {
    let add: APIOperation
    let replace: APIOperation
    let remove: APIOperation

    static let referencesOfClass = Self("objects.class")
    static let referencesByID = Self("objects")

    /// - Parameter ids: what the ids of the operations begin with.
    private init(_ ids: String) {
        let parameters =
            [
                .path("property", "The name of a property that refers to objects", example: "related"),
                APIParameter.tenant,
            ] + APIParameter.consistency
        let beacon = #"{"beacon": "weaviate://localhost/\#(OpenAPIExamples.pictureClass)/\#(OpenAPIExamples.otherID)"}"#
        let one = APIRequestBody(.json(.reference(.reference), APIExample("To a stored object", beacon)))
        let refusals = [APIResponse.unreadable, .notFound, .invalid]
        add = APIOperation(
            "\(ids).references.create", parameters: parameters, body: one, responses: [.done] + refusals)
        replace = APIOperation(
            "\(ids).references.update", parameters: parameters,
            body: APIRequestBody(
                .json(.array(of: .reference(.reference)), APIExample("To one object", "[\(beacon)]"))),
            responses: [.done] + refusals)
        remove = APIOperation(
            "\(ids).references.delete", "Also done where there is no such reference.", parameters: parameters,
            body: one, responses: [.doneWithoutContent] + refusals)
    }
}
