// SPDX-License-Identifier: Apache-2.0

import CSystem
import Configuration
import DatabaseCore
import Execution
import Observability
import ProcessMemory

/// The memory limit of the server: how it is shared out, and the thread that watches it.
struct MemoryLimit {
    let plan: MemoryPlan
    /// What requests take.
    let requests: MemoryBudget
    /// Where writes wait for memory.
    let gate: MemoryGate
    private let watch: MemoryWatch

    /// Begins to watch.
    init(settings: Settings, logger: Logger) {
        let granted = MemoryFigures.grantedBytes()
        plan = MemoryPlan(
            limitInBytes: settings.memoryLimitInBytes ?? MemoryPlan.automaticLimit(ofGranted: granted))
        requests = MemoryBudget(limitInBytes: plan.requestBytes(atMost: settings.maximumBufferedBytes))
        gate = MemoryGate(plan: plan)
        watch = MemoryWatch(
            plan: plan, gate: gate, requests: requests, logger: logger,
            release: {
                Database.emptyCaches()
                nt_trim_memory()
            })
        logger.info(
            "memory is limited",
            [
                "limit_bytes": .integer(plan.limitInBytes), "granted_bytes": .integer(granted),
                "request_bytes": .integer(requests.limitInBytes),
            ])
        watch.start()
    }

    /// The settings with what decoders of pictures get of the limit.
    func applied(to settings: Settings) -> Settings {
        var limited = settings
        limited.imageMemoryInBytes = plan.pictureBytes(atMost: settings.imageMemoryInBytes)
        return limited
    }

    func stop() { watch.stop() }
}
