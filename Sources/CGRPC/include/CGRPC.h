// SPDX-License-Identifier: Apache-2.0
#pragma once
// First of all headers, before those of gRPC too: Swift's module of the C library would otherwise be entered in its middle.
#include <features.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The server side of gRPC's C core as Swift can call it: batches of operations, which are unions in C, become functions;
// messages, which are chains of slices, become contiguous bytes. No header of gRPC is seen outside of this module.
//
// Each function that starts a batch answers whether it was started; then exactly one event with that call follows on the queue.
// Batches of one call must not be started by two threads at a time.

/// A server with its completion queue.
typedef struct nt_grpc_server nt_grpc_server;

/// One call, from the wait for it to nt_grpc_call_destroy.
typedef struct nt_grpc_call nt_grpc_call;

/// A message as gRPC holds it.
typedef struct nt_grpc_message nt_grpc_message;

/// What a server is made with.
typedef struct {
    int maximum_receive_bytes;
    int maximum_send_bytes;
    int maximum_metadata_bytes;
    int maximum_streams_per_connection;
    /// A connection without calls is closed after so long.
    int idle_milliseconds;
    /// A client that has been silent for so long is asked whether it is there, and has the second time to answer.
    int keepalive_milliseconds;
    int keepalive_timeout_milliseconds;
    /// Clients that ping more often than this are cut off after the third time.
    int minimum_ping_milliseconds;
    /// What all connections together may hold; gRPC ends calls when it is more.
    size_t quota_bytes;
} nt_grpc_limits;

/// Initializes gRPC and makes a server; NULL if that fails.
nt_grpc_server *nt_grpc_server_create(const nt_grpc_limits *limits);

/// Has a method answered apart from all others, by nt_grpc_request_registered_call. Before the start.
bool nt_grpc_server_register(nt_grpc_server *server, const char *method);

void nt_grpc_server_start(nt_grpc_server *server);

/// Takes the next connection that waits at a listening socket and hands it to the server.
/// Returns its descriptor, which belongs to gRPC; -1 with `errno` if there is none. Without a server it closes the connection.
int nt_grpc_server_accept(nt_grpc_server *server, int listener);

/// Tells one open socket from all others; 0 if the descriptor is none any more.
uint64_t nt_grpc_socket_identity(int socket);

/// Waits until a connection comes (1), the event is signalled (0), or the time is over (-1). Negative: no limit of time.
int nt_grpc_wait_for_connection(int listener, int event, int milliseconds);

/// An event that nt_grpc_wait_for_connection waits for; -1 if there is none to be had. Closed with nt_grpc_event_close.
int nt_grpc_event_create(void);
void nt_grpc_event_signal(int event);
void nt_grpc_event_close(int event);

/// Takes no more calls and tells clients so; NTGRPCServerDown comes when no connection is left.
void nt_grpc_server_shut_down(nt_grpc_server *server);

/// Ends all calls and connections. Only after nt_grpc_server_shut_down.
void nt_grpc_server_cancel_all(nt_grpc_server *server);

/// Has NTGRPCQueueDown come when all events have. Only after NTGRPCServerDown.
void nt_grpc_server_end_queue(nt_grpc_server *server);

/// Frees the server and shuts gRPC down if it was the last. Every thread has seen NTGRPCQueueDown, every call is destroyed.
void nt_grpc_server_destroy(nt_grpc_server *server);

typedef enum {
    NTGRPCTimeout,
    /// A call has come; not if `succeeded` is false: then the server takes no more, and the call is to be destroyed.
    NTGRPCCallArrived,
    /// nt_grpc_receive: a message has come, or the end of them.
    NTGRPCReceived,
    /// nt_grpc_send: gRPC has taken the message.
    NTGRPCSent,
    /// nt_grpc_finish: the client has been sent its status, or cannot be.
    NTGRPCFinished,
    /// nt_grpc_watch: the call is over. Always succeeds.
    NTGRPCClosed,
    NTGRPCServerDown,
    NTGRPCQueueDown,
} NTGRPCEventKind;

typedef struct {
    NTGRPCEventKind kind;
    /// NULL if it is about none.
    nt_grpc_call *call;
    bool succeeded;
} nt_grpc_event;

/// The next event. Several threads may wait. Negative: no limit of time.
nt_grpc_event nt_grpc_next(nt_grpc_server *server, int milliseconds);

/// Waits for a call of any method that is not registered; NULL if the server takes no more.
nt_grpc_call *nt_grpc_request_call(nt_grpc_server *server);

/// Waits for a call of the registered method, whose message is there when it comes.
nt_grpc_call *nt_grpc_request_registered_call(nt_grpc_server *server);

/// Frees a call. None of its batches may be under way; a call without a status is cancelled.
void nt_grpc_call_destroy(nt_grpc_call *call);

/// Whatever the owner wants to find again.
void *nt_grpc_call_context(const nt_grpc_call *call);
void nt_grpc_call_set_context(nt_grpc_call *call, void *context);

bool nt_grpc_call_is_registered(const nt_grpc_call *call);

/// Counted bytes that are valid until the call is destroyed.
typedef struct {
    const uint8_t *bytes;
    size_t count;
} nt_grpc_bytes;

nt_grpc_bytes nt_grpc_call_method(const nt_grpc_call *call);
size_t nt_grpc_call_metadata_count(const nt_grpc_call *call);
nt_grpc_bytes nt_grpc_call_metadata_name(const nt_grpc_call *call, size_t index);
nt_grpc_bytes nt_grpc_call_metadata_value(const nt_grpc_call *call, size_t index);

/// Has NTGRPCClosed come when the call is over; once, before any other batch.
bool nt_grpc_watch(nt_grpc_call *call);

/// After NTGRPCClosed: whether the call ended before its status was sent.
bool nt_grpc_call_was_cancelled(const nt_grpc_call *call);

/// Asks for the next message.
bool nt_grpc_receive(nt_grpc_call *call);

/// The message that was received, which is the caller's from now on; NULL at the end of them, or if it could not be received.
nt_grpc_message *nt_grpc_take_message(nt_grpc_call *call);

/// After a NULL: whether something went wrong, so that it is not the end of the client's messages.
bool nt_grpc_receiving_failed(const nt_grpc_call *call);

/// Copies bytes into a message.
nt_grpc_message *nt_grpc_message_create(const uint8_t *bytes, size_t count);
void nt_grpc_message_destroy(nt_grpc_message *message);

/// How many bytes it has, packed as it may be.
size_t nt_grpc_message_count(nt_grpc_message *message);

/// Whether its bytes are packed, by gzip or as a zlib stream.
bool nt_grpc_message_is_packed(const nt_grpc_message *message);

/// Copies up to `capacity` bytes out; returns how many.
size_t nt_grpc_message_copy(nt_grpc_message *message, uint8_t *out, size_t capacity);

/// Sends a message, which becomes the call's if the batch is started. One at a time.
bool nt_grpc_send(nt_grpc_call *call, nt_grpc_message *message);

/// Ends a call with a status, after one more message unless that is NULL; all in one batch. The message becomes the call's if it is started.
bool nt_grpc_finish(nt_grpc_call *call, nt_grpc_message *message, int code, const uint8_t *text, size_t text_count);

/// Breaks a call off; what is under way ends at once. The client gets the status if none has been sent. From any thread.
void nt_grpc_call_cancel(nt_grpc_call *call, int code, const char *text);

/// Hands what gRPC has to say to `log`, from any thread, instead of writing it to the standard error. For the whole process.
void nt_grpc_set_log(void (*log)(const char *text));

/// gRPC's own version.
const char *nt_grpc_version(void);
