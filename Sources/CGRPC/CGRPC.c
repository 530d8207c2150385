// SPDX-License-Identifier: Apache-2.0
#include <features.h>

#include "CGRPC.h"
#include "internal.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>
#include <limits.h>
#include <stdlib.h>

static gpr_timespec after(int milliseconds) {
    if (milliseconds < 0) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(milliseconds, GPR_TIMESPAN));
}

// What a client may send on a stream before it is read.
#define STREAM_WINDOW_BYTES (1 << 20)

static grpc_arg integer(char *key, int value) {
    return (grpc_arg){.type = GRPC_ARG_INTEGER, .key = key, .value.integer = value};
}

nt_grpc_server *nt_grpc_server_create(const nt_grpc_limits *limits) {
    nt_grpc_server *server = calloc(1, sizeof *server);
    if (server == NULL) return NULL;
    grpc_init();
    grpc_resource_quota *quota = grpc_resource_quota_create("needletail");
    grpc_resource_quota_resize(quota, limits->quota_bytes);
    grpc_arg arguments[] = {
        integer(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, limits->maximum_receive_bytes),
        integer(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, limits->maximum_send_bytes),
        integer(GRPC_ARG_MAX_METADATA_SIZE, limits->maximum_metadata_bytes),
        integer(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits->maximum_streams_per_connection),
        // Windows that follow the connection's speed may shrink below what a client was allowed to send, and then its stream is reset with
        // PROTOCOL_ERROR; so they stay as they are.
        integer(GRPC_ARG_HTTP2_BDP_PROBE, 0),
        integer(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, STREAM_WINDOW_BYTES),
        integer(GRPC_ARG_MAX_CONNECTION_IDLE_MS, limits->idle_milliseconds),
        integer(GRPC_ARG_KEEPALIVE_TIME_MS, limits->keepalive_milliseconds),
        integer(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, limits->keepalive_timeout_milliseconds),
        integer(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
        integer(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0),
        integer(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, limits->minimum_ping_milliseconds),
        // gRPC would unpack without any limit: a few KiB can stand for gigabytes.
        integer(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0),
        integer(GRPC_ARG_ENABLE_CHANNELZ, 0),
        {.type = GRPC_ARG_POINTER, .key = GRPC_ARG_RESOURCE_QUOTA,
         .value.pointer = {.p = quota, .vtable = grpc_resource_quota_arg_vtable()}},
    };
    grpc_channel_args all = {.num_args = sizeof arguments / sizeof *arguments, .args = arguments};
    server->server = grpc_server_create(&all, NULL);
    grpc_resource_quota_unref(quota);
    server->queue = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(server->server, server->queue, NULL);
    server->credentials = grpc_insecure_server_credentials_create();
    server->down = (nt_grpc_tag){.kind = NTGRPCServerDown};
    return server;
}

bool nt_grpc_server_register(nt_grpc_server *server, const char *method) {
    server->registered = grpc_server_register_method(
        server->server, method, NULL, GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
    return server->registered != NULL;
}

void nt_grpc_server_start(nt_grpc_server *server) { grpc_server_start(server->server); }

void nt_grpc_server_shut_down(nt_grpc_server *server) {
    grpc_server_shutdown_and_notify(server->server, server->queue, &server->down);
}

void nt_grpc_server_cancel_all(nt_grpc_server *server) { grpc_server_cancel_all_calls(server->server); }

void nt_grpc_server_end_queue(nt_grpc_server *server) { grpc_completion_queue_shutdown(server->queue); }

void nt_grpc_server_destroy(nt_grpc_server *server) {
    grpc_server_credentials_release(server->credentials);
    grpc_server_destroy(server->server);
    grpc_completion_queue_destroy(server->queue);
    free(server);
    grpc_shutdown();
}

nt_grpc_event nt_grpc_next(nt_grpc_server *server, int milliseconds) {
    grpc_event event = grpc_completion_queue_next(server->queue, after(milliseconds), NULL);
    switch (event.type) {
    case GRPC_QUEUE_SHUTDOWN: return (nt_grpc_event){.kind = NTGRPCQueueDown};
    case GRPC_QUEUE_TIMEOUT: return (nt_grpc_event){.kind = NTGRPCTimeout};
    case GRPC_OP_COMPLETE: break;
    }
    const nt_grpc_tag *tag = event.tag;
    // What a batch was given belongs to gRPC until now.
    if (tag->kind == NTGRPCSent || tag->kind == NTGRPCFinished) {
        nt_grpc_message **sent = tag->kind == NTGRPCSent ? &tag->call->sent : &tag->call->last;
        if (*sent != NULL) nt_grpc_message_destroy(*sent);
        *sent = NULL;
    }
    return (nt_grpc_event){.kind = tag->kind, .call = tag->call, .succeeded = event.success != 0};
}

static nt_grpc_call *make_call(void) {
    nt_grpc_call *call = calloc(1, sizeof *call);
    if (call == NULL) return NULL;
    call->arrived = (nt_grpc_tag){.kind = NTGRPCCallArrived, .call = call};
    call->received = (nt_grpc_tag){.kind = NTGRPCReceived, .call = call};
    call->was_sent = (nt_grpc_tag){.kind = NTGRPCSent, .call = call};
    call->finished = (nt_grpc_tag){.kind = NTGRPCFinished, .call = call};
    call->closed = (nt_grpc_tag){.kind = NTGRPCClosed, .call = call};
    grpc_call_details_init(&call->details);
    grpc_metadata_array_init(&call->metadata);
    return call;
}

nt_grpc_call *nt_grpc_request_call(nt_grpc_server *server) {
    nt_grpc_call *call = make_call();
    if (call == NULL) return NULL;
    grpc_call_error error = grpc_server_request_call(
        server->server, &call->call, &call->details, &call->metadata, server->queue, server->queue, &call->arrived);
    if (error == GRPC_CALL_OK) return call;
    nt_grpc_call_destroy(call);
    return NULL;
}

nt_grpc_call *nt_grpc_request_registered_call(nt_grpc_server *server) {
    nt_grpc_call *call = make_call();
    if (call == NULL) return NULL;
    call->is_registered = true;
    grpc_call_error error = grpc_server_request_registered_call(
        server->server, server->registered, &call->call, &call->details.deadline, &call->metadata, &call->message,
        server->queue, server->queue, &call->arrived);
    if (error == GRPC_CALL_OK) return call;
    nt_grpc_call_destroy(call);
    return NULL;
}

void nt_grpc_call_destroy(nt_grpc_call *call) {
    if (call->call != NULL) grpc_call_unref(call->call);
    if (call->message != NULL) grpc_byte_buffer_destroy(call->message);
    if (call->sent != NULL) nt_grpc_message_destroy(call->sent);
    if (call->last != NULL) nt_grpc_message_destroy(call->last);
    grpc_metadata_array_destroy(&call->metadata);
    grpc_call_details_destroy(&call->details);
    free(call);
}

void *nt_grpc_call_context(const nt_grpc_call *call) { return call->context; }

void nt_grpc_call_set_context(nt_grpc_call *call, void *context) { call->context = context; }

bool nt_grpc_call_is_registered(const nt_grpc_call *call) { return call->is_registered; }

// Of a slice that stays where it is: those with few bytes hold them within.
static nt_grpc_bytes bytes_of(const grpc_slice *slice) {
    return (nt_grpc_bytes){.bytes = GRPC_SLICE_START_PTR(*slice), .count = GRPC_SLICE_LENGTH(*slice)};
}

nt_grpc_bytes nt_grpc_call_method(const nt_grpc_call *call) { return bytes_of(&call->details.method); }

size_t nt_grpc_call_metadata_count(const nt_grpc_call *call) { return call->metadata.count; }

nt_grpc_bytes nt_grpc_call_metadata_name(const nt_grpc_call *call, size_t index) {
    return bytes_of(&call->metadata.metadata[index].key);
}

nt_grpc_bytes nt_grpc_call_metadata_value(const nt_grpc_call *call, size_t index) {
    return bytes_of(&call->metadata.metadata[index].value);
}

static bool start(nt_grpc_call *call, const grpc_op *operations, size_t count, nt_grpc_tag *tag) {
    return grpc_call_start_batch(call->call, operations, count, tag, NULL) == GRPC_CALL_OK;
}

bool nt_grpc_watch(nt_grpc_call *call) {
    grpc_op operation = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};
    operation.data.recv_close_on_server.cancelled = &call->was_cancelled;
    return start(call, &operation, 1, &call->closed);
}

bool nt_grpc_call_was_cancelled(const nt_grpc_call *call) { return call->was_cancelled != 0; }

bool nt_grpc_receive(nt_grpc_call *call) {
    grpc_op operation = {.op = GRPC_OP_RECV_MESSAGE};
    operation.data.recv_message.recv_message = &call->message;
    return start(call, &operation, 1, &call->received);
}

nt_grpc_message *nt_grpc_take_message(nt_grpc_call *call) {
    grpc_byte_buffer *message = call->message;
    call->message = NULL;
    return (nt_grpc_message *)message;
}

bool nt_grpc_receiving_failed(const nt_grpc_call *call) { return grpc_call_failed_before_recv_message(call->call) != 0; }

static grpc_op initial_metadata(nt_grpc_call *call) {
    call->has_sent_metadata = true;
    return (grpc_op){.op = GRPC_OP_SEND_INITIAL_METADATA};
}

static grpc_op message_operation(nt_grpc_message *message) {
    grpc_op operation = {.op = GRPC_OP_SEND_MESSAGE};
    operation.data.send_message.send_message = (grpc_byte_buffer *)message;
    return operation;
}

bool nt_grpc_send(nt_grpc_call *call, nt_grpc_message *message) {
    grpc_op operations[2];
    size_t count = 0;
    bool had_sent_metadata = call->has_sent_metadata;
    if (!had_sent_metadata) operations[count++] = initial_metadata(call);
    operations[count++] = message_operation(message);
    call->sent = message;
    if (start(call, operations, count, &call->was_sent)) return true;
    call->sent = NULL;
    call->has_sent_metadata = had_sent_metadata;
    return false;
}

bool nt_grpc_finish(nt_grpc_call *call, nt_grpc_message *message, int code, const uint8_t *text, size_t text_count) {
    grpc_op operations[3];
    size_t count = 0;
    bool had_sent_metadata = call->has_sent_metadata;
    if (!had_sent_metadata) operations[count++] = initial_metadata(call);
    if (message != NULL) operations[count++] = message_operation(message);
    grpc_slice details = grpc_slice_from_copied_buffer((const char *)text, text_count);
    grpc_op status = {.op = GRPC_OP_SEND_STATUS_FROM_SERVER};
    status.data.send_status_from_server.status = (grpc_status_code)code;
    if (text_count > 0) status.data.send_status_from_server.status_details = &details;
    operations[count++] = status;
    call->last = message;
    bool is_started = start(call, operations, count, &call->finished);
    grpc_slice_unref(details);
    if (is_started) return true;
    call->last = NULL;
    call->has_sent_metadata = had_sent_metadata;
    return false;
}

void nt_grpc_call_cancel(nt_grpc_call *call, int code, const char *text) {
    grpc_call_cancel_with_status(call->call, (grpc_status_code)code, text, NULL);
}

const char *nt_grpc_version(void) { return grpc_version_string(); }

static void (*log_target)(const char *text);

static void log_line(gpr_log_func_args *line) { log_target(line->message); }

void nt_grpc_set_log(void (*log)(const char *text)) {
    log_target = log;
    gpr_set_log_function(log_line);
}
