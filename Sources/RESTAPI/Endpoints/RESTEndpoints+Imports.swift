// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway

/// Imports of what lies on the server's machine.
extension RESTEndpoints {
    static let imports: [RESTEndpoint] = [
        RESTEndpoint(
            "GET", "imports", .read, "All imports", tag: "imports", .listImports,
            .work { handler, call throws(Refusal) in try handler.listImports(call) }),
        RESTEndpoint(
            "POST", "imports", .admin, "Begin an import from a folder of the server", tag: "imports", .startImport,
            .work { handler, call throws(Refusal) in try handler.startImport(call) }),
        RESTEndpoint(
            "GET", "imports/{id}", .read, "How far an import is", tag: "imports", .importStatus,
            .work { handler, call throws(Refusal) in try handler.importStatus(call) }),
        RESTEndpoint(
            "DELETE", "imports/{id}", .admin, "Cancel an import", tag: "imports", .cancelImport,
            .work { handler, call throws(Refusal) in try handler.cancelImport(call) }),
    ]
}
