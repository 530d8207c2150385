// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CMicroHTTPD.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void log_line(void *argument, const char *format, va_list arguments) {
    const NTHTTPOptions *options = argument;
    char text[512];
    vsnprintf(text, sizeof text, format, arguments);
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '\n') text[length - 1] = '\0';
    options->log(options->context, text);
}

// Paths are decoded by segment, later; here they stay as they were sent.
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

// Hands the request line's target over, then takes its query away. The library would keep every parameter in the connection's
// memory, where some 900 fill 64 KiB; without room for the next one, 0.9.75 neither answers nor closes. It looks for the query
// before this call and reads it afterwards, from the same bytes of its read buffer, so an empty query is what it finds.
static void *take_target(void *argument, const char *target, struct MHD_Connection *connection) {
    const NTHTTPOptions *options = argument;
    void *request = options->request_began(options->context, target, connection);
    char *query = target == NULL ? NULL : strchr(target, '?');
    if (query != NULL) query[1] = '\0';
    return request;
}

struct MHD_Daemon *nt_http_start(const NTHTTPOptions *options) {
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    // A pool of one thread is written as no pool at all.
    enum MHD_OPTION last = options->thread_count > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, options->request_advanced, options->context,
        // First, so that it hears of what is wrong with the others.
        MHD_OPTION_EXTERNAL_LOGGER, log_line, (void *)options,
        MHD_OPTION_LISTEN_SOCKET, options->listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, take_target, (void *)options,
        MHD_OPTION_NOTIFY_COMPLETED, options->request_ended, options->context,
        MHD_OPTION_NOTIFY_CONNECTION, options->connection_changed, options->context,
        last, options->thread_count,
        MHD_OPTION_END);
}

_Static_assert(MHD_CONTENT_READER_END_OF_STREAM == -1 && MHD_CONTENT_READER_END_WITH_ERROR == -2, "as the header says");

struct MHD_Response *nt_http_stream_response(
    MHD_ContentReaderCallback read, void *context, MHD_ContentReaderFreeCallback release) {
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32 << 10, read, context, release);
}

void nt_http_shut_down(int socket, const uint8_t *bytes, size_t count) {
    // What does not fit into the send buffer of an idle socket is lost; the messages are a few hundred bytes.
    if (count > 0 && send(socket, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) count = 0;
    shutdown(socket, SHUT_RDWR);
}

int nt_http_has_hung_up(int socket) {
    struct pollfd watched = {.fd = socket, .events = POLLRDHUP};
    return poll(&watched, 1, 0) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

uint64_t nt_http_received_byte_count(int socket) {
    struct tcp_info info;
    memset(&info, 0, sizeof info);
    socklen_t size = sizeof info;
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_received : 0;
}

void nt_http_end_reading(int socket) { shutdown(socket, SHUT_RD); }
