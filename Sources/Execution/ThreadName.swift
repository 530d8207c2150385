// SPDX-License-Identifier: Apache-2.0

import CSystem

/// Names the calling thread, as debuggers and `top -H` show it; up to 15 bytes.
///
/// By the system's own call: Foundation passes a name on only once it has noted the thread, which may be after its first job.
package func nameThisThread(_ name: String) { unsafe nt_name_this_thread(name) }

/// Gives the calling thread the lowest priority: it runs when no other thread wants the processor.
func lowerPriorityOfThisThread() { nt_lower_this_threads_priority() }
