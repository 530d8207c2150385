// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CMicroHTTPD.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

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
