// SPDX-License-Identifier: Apache-2.0

import CGRPC
import Observability
import Synchronization

/// What gRPC itself has to say goes to the log of the server that was started last. Clients can cause most of it, so it is `debug`.
enum CoreLog {
    private static let logger = Mutex<Logger?>(nil)

    static func goes(to logger: Logger) {
        self.logger.withLock { $0 = logger }
        unsafe nt_grpc_set_log { text in
            guard let text = unsafe text else { return }
            // Safety: gRPC's text ends with a NUL and stays during the call.
            let line = unsafe String(cString: text)
            CoreLog.logger.withLock { $0 }?.debug("gRPC", ["text": .text(line)])
        }
    }
}
