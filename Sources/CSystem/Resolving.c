// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define UNDER_WAY_LIMIT 64

struct nt_resolution {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    /// One of whoever asks, one of the thread; the last to leave gives the memory up.
    atomic_int owners;
    int has_ended;
    int count;
    nt_address addresses[NT_ADDRESS_LIMIT];
    char host[];
};

static atomic_int under_way;

static void leave(nt_resolution *resolution) {
    if (atomic_fetch_sub(&resolution->owners, 1) != 1) return;
    pthread_cond_destroy(&resolution->ended);
    pthread_mutex_destroy(&resolution->lock);
    free(resolution);
}

static int keep_addresses(const struct addrinfo *list, nt_address *addresses) {
    int count = 0;
    for (; list != NULL && count < NT_ADDRESS_LIMIT; list = list->ai_next) {
        nt_address *address = &addresses[count];
        if (list->ai_family == AF_INET) {
            address->size = 4;
            memcpy(address->bytes, &((const struct sockaddr_in *)list->ai_addr)->sin_addr, 4);
        } else if (list->ai_family == AF_INET6) {
            address->size = 16;
            memcpy(address->bytes, &((const struct sockaddr_in6 *)list->ai_addr)->sin6_addr, 16);
        } else {
            continue;
        }
        ++count;
    }
    return count;
}

static void *look_up(void *context) {
    nt_resolution *resolution = context;
    nt_name_this_thread("resolve");
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (getaddrinfo(resolution->host, NULL, &hints, &list) != 0) list = NULL;
    pthread_mutex_lock(&resolution->lock);
    resolution->count = keep_addresses(list, resolution->addresses);
    resolution->has_ended = 1;
    pthread_cond_broadcast(&resolution->ended);
    pthread_mutex_unlock(&resolution->lock);
    if (list != NULL) freeaddrinfo(list);
    leave(resolution);
    atomic_fetch_sub(&under_way, 1);
    return NULL;
}

static int start_thread(nt_resolution *resolution) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return 0;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    pthread_t thread;
    int code = pthread_create(&thread, &attributes, look_up, resolution);
    pthread_attr_destroy(&attributes);
    return code == 0;
}

nt_resolution *nt_resolution_begin(const char *host) {
    if (atomic_fetch_add(&under_way, 1) < UNDER_WAY_LIMIT) {
        size_t size = strlen(host) + 1;
        nt_resolution *resolution = calloc(1, sizeof *resolution + size);
        if (resolution != NULL) {
            memcpy(resolution->host, host, size);
            pthread_mutex_init(&resolution->lock, NULL);
            pthread_condattr_t attributes;
            pthread_condattr_init(&attributes);
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
            pthread_cond_init(&resolution->ended, &attributes);
            pthread_condattr_destroy(&attributes);
            atomic_store(&resolution->owners, 2);
            if (start_thread(resolution)) return resolution;
            atomic_store(&resolution->owners, 1);
            leave(resolution);
        }
    }
    atomic_fetch_sub(&under_way, 1);
    return NULL;
}

int nt_resolution_wait(nt_resolution *resolution, int timeout_ms) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += timeout_ms / 1000;
    end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_nsec -= 1000000000;
        ++end.tv_sec;
    }
    pthread_mutex_lock(&resolution->lock);
    int code = 0;
    while (!resolution->has_ended && code == 0) {
        code = pthread_cond_timedwait(&resolution->ended, &resolution->lock, &end);
    }
    int has_ended = resolution->has_ended;
    pthread_mutex_unlock(&resolution->lock);
    return has_ended;
}

int nt_resolution_addresses(nt_resolution *resolution, nt_address *addresses) {
    pthread_mutex_lock(&resolution->lock);
    int count = resolution->count;
    memcpy(addresses, resolution->addresses, sizeof resolution->addresses);
    pthread_mutex_unlock(&resolution->lock);
    return count;
}

void nt_resolution_end(nt_resolution *resolution) { leave(resolution); }
