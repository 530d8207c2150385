// SPDX-License-Identifier: Apache-2.0

/// A node of a resolved filter.
indirect enum ResolvedCondition: Hashable, Sendable {
    case and([ResolvedCondition])
    case or([ResolvedCondition])
    case not(ResolvedCondition)
}
