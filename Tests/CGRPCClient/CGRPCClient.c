// SPDX-License-Identifier: Apache-2.0
#include <features.h>

#include "CGRPCClient.h"

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>
#include <stdlib.h>
#include <string.h>

static const int patience = 60000;

struct ntc_channel {
    grpc_channel *channel;
};

struct ntc_call {
    grpc_call *call;
    grpc_completion_queue *queue;
    grpc_metadata_array initial;
    grpc_metadata_array trailing;
    // Their addresses tell the batches from each other.
    char begun, written, read, ended, closed;
};

static gpr_timespec after(int milliseconds) {
    if (milliseconds < 0) return gpr_inf_future(GPR_CLOCK_REALTIME);
    return gpr_time_add(gpr_now(GPR_CLOCK_REALTIME), gpr_time_from_millis(milliseconds, GPR_TIMESPAN));
}

// 1: done, 0: failed, -1: not within the time.
static int wait_for(ntc_call *call, void *tag, int milliseconds) {
    grpc_event event = grpc_completion_queue_pluck(call->queue, tag, after(milliseconds), NULL);
    return event.type == GRPC_OP_COMPLETE ? event.success != 0 : -1;
}

ntc_channel *ntc_channel_create(const char *target) {
    grpc_init();
    ntc_channel *channel = calloc(1, sizeof *channel);
    grpc_arg arguments[] = {
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, .value.integer = 1},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, .value.integer = -1},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ENABLE_HTTP_PROXY, .value.integer = 0},
        {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ENABLE_RETRIES, .value.integer = 0},
    };
    grpc_channel_args all = {.num_args = sizeof arguments / sizeof *arguments, .args = arguments};
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
    channel->channel = grpc_channel_create(target, credentials, &all);
    grpc_channel_credentials_release(credentials);
    return channel;
}

void ntc_channel_destroy(ntc_channel *channel) {
    grpc_channel_destroy(channel->channel);
    free(channel);
    grpc_shutdown();
}

// The next line of a text, which moves on.
static grpc_slice next_line(const char **text) {
    const char *end = strchr(*text, '\n');
    grpc_slice line = grpc_slice_from_copied_buffer(*text, (size_t)(end - *text));
    *text = end + 1;
    return line;
}

ntc_call *ntc_call_start(
    ntc_channel *channel, const char *method, const char *metadata, int timeout_milliseconds, bool packs) {
    ntc_call *call = calloc(1, sizeof *call);
    grpc_metadata_array_init(&call->initial);
    grpc_metadata_array_init(&call->trailing);
    call->queue = grpc_completion_queue_create_for_pluck(NULL);
    grpc_slice path = grpc_slice_from_copied_string(method);
    call->call = grpc_channel_create_call(
        channel->channel, NULL, GRPC_PROPAGATE_DEFAULTS, call->queue, path, NULL, after(timeout_milliseconds), NULL);
    grpc_slice_unref(path);
    grpc_metadata entries[32];
    size_t count = 0;
    while (*metadata != '\0' && count < 31) {
        entries[count].key = next_line(&metadata);
        entries[count++].value = next_line(&metadata);
    }
    if (packs) {
        entries[count].key = grpc_slice_from_static_string("grpc-internal-encoding-request");
        entries[count++].value = grpc_slice_from_static_string("gzip");
    }
    grpc_op operations[2] = {{.op = GRPC_OP_SEND_INITIAL_METADATA}, {.op = GRPC_OP_RECV_INITIAL_METADATA}};
    operations[0].data.send_initial_metadata.count = count;
    operations[0].data.send_initial_metadata.metadata = entries;
    operations[1].data.recv_initial_metadata.recv_initial_metadata = &call->initial;
    bool is_started = grpc_call_start_batch(call->call, operations, 2, &call->begun, NULL) == GRPC_CALL_OK;
    for (size_t i = 0; i < count; ++i) {
        grpc_slice_unref(entries[i].key);
        grpc_slice_unref(entries[i].value);
    }
    if (!is_started) abort();
    return call;
}

int ntc_call_write(ntc_call *call, const uint8_t *bytes, size_t count, int milliseconds) {
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)bytes, count);
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    grpc_op operation = {.op = GRPC_OP_SEND_MESSAGE};
    operation.data.send_message.send_message = message;
    bool is_started = grpc_call_start_batch(call->call, &operation, 1, &call->written, NULL) == GRPC_CALL_OK;
    // The batch holds its slices.
    grpc_byte_buffer_destroy(message);
    return is_started ? ntc_call_written(call, milliseconds) : 0;
}

int ntc_call_written(ntc_call *call, int milliseconds) {
    return wait_for(call, &call->written, milliseconds < 0 ? patience : milliseconds);
}

bool ntc_call_close(ntc_call *call) {
    grpc_op operation = {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT};
    if (grpc_call_start_batch(call->call, &operation, 1, &call->closed, NULL) != GRPC_CALL_OK) return false;
    return wait_for(call, &call->closed, patience) == 1;
}

uint8_t *ntc_call_read(ntc_call *call, size_t *count) {
    grpc_byte_buffer *message = NULL;
    grpc_op operation = {.op = GRPC_OP_RECV_MESSAGE};
    operation.data.recv_message.recv_message = &message;
    if (grpc_call_start_batch(call->call, &operation, 1, &call->read, NULL) != GRPC_CALL_OK) return NULL;
    if (wait_for(call, &call->read, patience) < 0) {
        // Nothing may write to `message` once this returns.
        ntc_call_cancel(call);
        wait_for(call, &call->read, -1);
    }
    if (message == NULL) return NULL;
    grpc_byte_buffer_reader reader;
    grpc_byte_buffer_reader_init(&reader, message);
    grpc_slice all = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(message);
    *count = GRPC_SLICE_LENGTH(all);
    uint8_t *bytes = malloc(*count + 1);
    memcpy(bytes, GRPC_SLICE_START_PTR(all), *count);
    grpc_slice_unref(all);
    return bytes;
}

int ntc_call_finish(ntc_call *call, char **text) {
    grpc_status_code code = GRPC_STATUS_UNKNOWN;
    grpc_slice details = grpc_empty_slice();
    grpc_op operation = {.op = GRPC_OP_RECV_STATUS_ON_CLIENT};
    operation.data.recv_status_on_client.trailing_metadata = &call->trailing;
    operation.data.recv_status_on_client.status = &code;
    operation.data.recv_status_on_client.status_details = &details;
    *text = NULL;
    if (grpc_call_start_batch(call->call, &operation, 1, &call->ended, NULL) != GRPC_CALL_OK) return -1;
    if (wait_for(call, &call->ended, patience) < 0) {
        ntc_call_cancel(call);
        wait_for(call, &call->ended, -1);
        return -1;
    }
    *text = grpc_slice_to_c_string(details);
    grpc_slice_unref(details);
    return (int)code;
}

void ntc_call_cancel(ntc_call *call) { grpc_call_cancel(call->call, NULL); }

void ntc_call_destroy(ntc_call *call) {
    grpc_call_unref(call->call);
    grpc_completion_queue_shutdown(call->queue);
    while (grpc_completion_queue_pluck(call->queue, &call->begun, after(1000), NULL).type == GRPC_OP_COMPLETE) {}
    // What was waited for in vain is still to be taken.
    while (grpc_completion_queue_pluck(call->queue, &call->written, after(1000), NULL).type == GRPC_OP_COMPLETE) {}
    grpc_completion_queue_destroy(call->queue);
    grpc_metadata_array_destroy(&call->initial);
    grpc_metadata_array_destroy(&call->trailing);
    free(call);
}

void ntc_free(void *memory) { free(memory); }
