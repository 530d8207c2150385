// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A blocking client on gRPC's C core, for tests. Whatever a wait is not told a limit for ends after a minute, as a failure.

typedef struct ntc_channel ntc_channel;
typedef struct ntc_call ntc_call;

/// A connection of its own to `127.0.0.1:PORT`, made by the first call.
ntc_channel *ntc_channel_create(const char *target);
void ntc_channel_destroy(ntc_channel *channel);

/// Begins a call.
///
/// `metadata` holds names and values in turn, a line each. A negative timeout is none.
ntc_call *ntc_call_start(
    ntc_channel *channel, const char *method, const char *metadata, int timeout_milliseconds, bool packs);

/// Sends a message: 1 when gRPC has taken it, 0 if the call is over, -1 if it is not taken within the time; then `ntc_call_written`
/// waits on.
int ntc_call_write(ntc_call *call, const uint8_t *bytes, size_t count, int milliseconds);
int ntc_call_written(ntc_call *call, int milliseconds);

/// Closes the client's side.
bool ntc_call_close(ntc_call *call);

/// The next message, to be freed; NULL at the end of them.
uint8_t *ntc_call_read(ntc_call *call, size_t *count);

/// Waits for the status; -1 if none comes. `text` is to be freed.
int ntc_call_finish(ntc_call *call, char **text);

void ntc_call_cancel(ntc_call *call);

/// After ntc_call_finish.
void ntc_call_destroy(ntc_call *call);

void ntc_free(void *memory);
