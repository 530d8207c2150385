// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <features.h>

#include "internal.h"

#include <grpc/grpc_posix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int nt_grpc_server_accept(nt_grpc_server *server, int listener) {
    int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) return -1;
    if (server == NULL) {
        close(connection);
        return connection;
    }
    int yes = 1;
    // Answers are not to wait for more bytes.
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    grpc_server_add_channel_from_fd(server->server, connection, server->credentials);
    return connection;
}

uint64_t nt_grpc_socket_identity(int socket) {
    struct stat status;
    if (fstat(socket, &status) != 0 || !S_ISSOCK(status.st_mode)) return 0;
    return (uint64_t)status.st_ino;
}

int nt_grpc_wait_for_connection(int listener, int event, int milliseconds) {
    struct pollfd watched[] = {{.fd = event, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    if (poll(watched, 2, milliseconds) <= 0) return -1;
    return watched[0].revents != 0 ? 0 : 1;
}

int nt_grpc_event_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void nt_grpc_event_signal(int event) {
    uint64_t one = 1;
    // It cannot be full: it is signalled once.
    if (write(event, &one, sizeof one) < 0) return;
}

void nt_grpc_event_close(int event) { close(event); }
