// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that is made when it is first asked for.
///
/// Two threads that ask at once may both make it; one result is kept. So making it may ask for other lazy values.
final class Lazy<Value: Sendable>: Sendable {
    private enum State {
        case unmade(@Sendable () -> Value)
        case made(Value)
    }

    private let state: Mutex<State>

    init(_ make: @escaping @Sendable () -> Value) {
        state = Mutex(.unmade(make))
    }

    var value: Value {
        let make: @Sendable () -> Value
        switch state.withLock({ $0 }) {
        case .made(let value): return value
        case .unmade(let closure): make = closure
        }
        let value = make()
        return state.withLock { state in
            if case .made(let earlier) = state { return earlier }
            state = .made(value)
            return value
        }
    }
}
