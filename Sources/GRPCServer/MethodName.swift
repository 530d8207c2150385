// SPDX-License-Identifier: Apache-2.0

/// The parts of a call's path, and what is said where there is no such method; in grpc-go's words, which is what clients of
/// Weaviate read.
struct MethodName {
    private let path: String
    /// `nil` if the path is no `/SERVICE/METHOD`.
    private let parts: (service: String, method: String)?

    init(_ path: String) {
        self.path = path
        guard path.hasPrefix("/"), let slash = path.dropFirst().lastIndex(of: "/") else {
            parts = nil
            return
        }
        parts = (String(path[path.index(after: path.startIndex)..<slash]), String(path[path.index(after: slash)...]))
    }

    /// - Parameter services: those that exist.
    func unimplemented(services: [String]) -> GRPCStatus {
        guard let parts else { return GRPCStatus(.unimplemented, "malformed method name: \"\(path.prefix(200))\"") }
        let service = parts.service.prefix(200)
        let method = parts.method.prefix(200)
        if parts.service == HealthService.name {
            return GRPCStatus(.unimplemented, "method \(method) not implemented")
        }
        if services.contains(parts.service) {
            return GRPCStatus(.unimplemented, "unknown method \(method) for service \(service)")
        }
        return GRPCStatus(.unimplemented, "unknown service \(service)")
    }
}

extension GRPCStatus {
    /// What a call of an unknown method is answered.
    ///
    /// - Parameter services: those that exist.
    package static func unimplemented(_ method: String, services: [String]) -> Self {
        MethodName(method).unimplemented(services: services)
    }
}

/// `grpc.health.v1.Health`, of which there is `Check`.
enum HealthService {
    static let name = "grpc.health.v1.Health"
    static let check = "/grpc.health.v1.Health/Check"

    /// A `HealthCheckResponse`: field 1, SERVING or NOT_SERVING.
    static func reply(isServing: Bool) -> [UInt8] { [0x08, isServing ? 1 : 2] }
}
