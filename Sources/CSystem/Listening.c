// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static nt_listening failure(nt_listening_step step, int error) {
    return (nt_listening){.socket = -1, .failed_step = step, .error = error};
}

static int open_listening_socket(const struct addrinfo *address, int backlog) {
    int type = address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int listener = socket(address->ai_family, type, address->ai_protocol);
    if (listener < 0) return -1;
    int yes = 1, no = 0;
    // A restarted server must not wait for the old connections' TIME_WAIT.
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    // Accepted sockets inherit it.
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (address->ai_family == AF_INET6) setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(listener, address->ai_addr, address->ai_addrlen) == 0 && listen(listener, backlog) == 0) return listener;
    int error = errno;
    close(listener);
    errno = error;
    return -1;
}

nt_listening nt_listen(const char *host, uint16_t port, int backlog) {
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses = NULL;
    int code = getaddrinfo(host[0] == '\0' ? NULL : host, service, &hints, &addresses);
    if (code != 0) return failure(nt_listening_step_resolve, code);

    int listener = -1;
    int error = EADDRNOTAVAIL;
    // IPv6 first, which takes IPv4 too when all addresses are meant.
    for (int round = 0; round < 2 && listener < 0; ++round) {
        for (struct addrinfo *each = addresses; each != NULL && listener < 0; each = each->ai_next) {
            if ((each->ai_family == AF_INET6) != (round == 0)) continue;
            // A name that has both families is meant for IPv4 clients too, so `localhost` is bound by IPv4.
            if (round == 0 && host[0] != '\0' && strchr(host, ':') == NULL) continue;
            listener = open_listening_socket(each, backlog);
            if (listener < 0) error = errno;
        }
    }
    freeaddrinfo(addresses);
    if (listener < 0) return failure(nt_listening_step_listen, error);

    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (getsockname(listener, (struct sockaddr *)&bound, &length) != 0) {
        error = errno;
        close(listener);
        return failure(nt_listening_step_listen, error);
    }
    in_port_t bound_port = bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                       : ((struct sockaddr_in *)&bound)->sin_port;
    return (nt_listening){.socket = listener, .port = ntohs(bound_port)};
}

const char *nt_listening_error_text(nt_listening_step step, int error) {
    return step == nt_listening_step_resolve ? gai_strerror(error) : strerrordesc_np(error);
}

void nt_stop_listening(int socket) { shutdown(socket, SHUT_RDWR); }

void nt_close_socket(int socket) { close(socket); }
