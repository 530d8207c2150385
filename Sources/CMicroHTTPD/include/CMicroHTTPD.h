// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <microhttpd.h>
#include <stddef.h>
#include <stdint.h>

// What Swift cannot say of libmicrohttpd: the variadic start, the va_list of its log, its threads, and a few calls for connections.

/// What a server is started with. Callbacks run on its threads; `context` is their first argument.
typedef struct {
    int listening_socket;
    unsigned int thread_count;
    unsigned int connection_limit;
    /// Bytes for each connection: request line, headers, read buffer.
    size_t connection_memory;
    /// Seconds without traffic after which a connection is closed.
    unsigned int idle_timeout;
    void *context;
    /// The request line has been read; what it returns becomes the request's context.
    void *(*request_began)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_AccessHandlerCallback request_advanced;
    MHD_RequestCompletedCallback request_ended;
    MHD_NotifyConnectionCallback connection_changed;
    /// Does what a callback has left with `nt_http_keep`. Runs beside callbacks, and may take long.
    void (*work)(void *context, void *kept);
    void (*log)(void *context, const char *text);
} NTHTTPOptions;

/// Workers that share a listening socket; each serves the connections that it accepted.
typedef struct NTHTTPServer NTHTTPServer;

/// One of them: two threads, of which one at a time looks at what has come. The other waits too, or works.
typedef struct NTHTTPWorker NTHTTPWorker;

/// Starts the threads; NULL if that fails. The options must not be freed before the server has stopped.
NTHTTPServer *nt_http_start(const NTHTTPOptions *options);

/// Leaves the listening socket alone from now on; it stays open.
void nt_http_accept_no_more(NTHTTPServer *server);

/// Ends the threads, closes the connections, of which none may be suspended, and frees the server. To be called once, after
/// `nt_http_accept_no_more`. Waits for kept work.
void nt_http_stop(NTHTTPServer *server);

/// Whose thread calls, in one of the callbacks.
NTHTTPWorker *nt_http_current_worker(void);

/// Whether the thread that calls, in one of the callbacks, may keep some work: it has none yet, and the worker's other thread
/// waits for events.
int nt_http_can_keep(void);

/// Leaves some work to the thread that calls, for when everything that has come is looked at.
void nt_http_keep(void *work);

/// Goes on with a suspended connection of this worker. To be called on any thread, in place of `MHD_resume_connection`.
///
/// `is_last`: where kept work calls, it does nothing any more, so that its thread goes on with the connection itself.
void nt_http_resume(NTHTTPWorker *worker, struct MHD_Connection *connection, int is_last);

/// Sends what fits without waiting, if anything, and shuts the connection down for both sides.
void nt_http_shut_down(int socket, const uint8_t *bytes, size_t count);

/// Whether the client has closed its side, without waiting and without reading.
int nt_http_has_hung_up(int socket);

/// How many bytes the client has sent on this connection, as far as they were acknowledged.
uint64_t nt_http_received_byte_count(int socket);

/// Ends reading: what has arrived can still be read, then comes the end. Wakes whoever waits for the socket.
void nt_http_end_reading(int socket);

/// A response of unknown length. `read` fills a buffer on the connection's thread and returns how many bytes it wrote, 0 after it
/// has suspended the connection, or one of the two ends below; `release` is called with `context` once, at the end.
struct MHD_Response *nt_http_stream_response(
    MHD_ContentReaderCallback read, void *context, MHD_ContentReaderFreeCallback release);

// MHD_CONTENT_READER_… are casts, which Swift does not see.
static const ssize_t nt_http_stream_end = -1;
static const ssize_t nt_http_stream_broken = -2;

// MHD_get_connection_info is variadic too.
static inline const union MHD_ConnectionInfo *nt_http_socket_info(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
}

static inline const union MHD_ConnectionInfo *nt_http_context_info(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
}

static inline const union MHD_ConnectionInfo *nt_http_head_size_info(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
}
