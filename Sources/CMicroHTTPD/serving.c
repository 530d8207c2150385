// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CMicroHTTPD.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define THREADS 2

// Some connections and the threads that serve them.
struct NTHTTPWorker {
    NTHTTPServer *server;
    struct MHD_Daemon *daemon;
    // Held by the thread that has the library look at what has come.
    pthread_mutex_t turn;
    // Written to when something is to be done that is no event of a socket.
    int wake;
    // What threads wait for: the library's descriptor for its sockets, and `wake`.
    int events;
    // Threads that wait for events.
    atomic_uint waiting;
    // Whether a connection was accepted in this turn.
    int has_accepted;
    pthread_t threads[THREADS];
    unsigned int thread_count;
};

struct NTHTTPServer {
    const NTHTTPOptions *options;
    atomic_bool is_ending;
    // Calls of `nt_http_resume` under way.
    atomic_uint resuming;
    unsigned int count;
    NTHTTPWorker workers[];
};

static _Thread_local NTHTTPWorker *current;
// What a callback has left to the thread.
static _Thread_local void *kept;
static _Thread_local int is_working;

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

// Each event wakes one thread, once.
static int watch_events(const NTHTTPWorker *worker) {
    const int sockets = MHD_get_daemon_info(worker->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    const int events = epoll_create1(EPOLL_CLOEXEC);
    if (events < 0) return -1;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    if (epoll_ctl(events, EPOLL_CTL_ADD, sockets, &event) == 0 && epoll_ctl(events, EPOLL_CTL_ADD, worker->wake, &event) == 0) return events;
    close(events);
    return -1;
}

static void note_connection(
    void *argument, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode event
) {
    const NTHTTPOptions *options = argument;
    if (event == MHD_CONNECTION_NOTIFY_STARTED && current != NULL) current->has_accepted = 1;
    options->connection_changed(options->context, connection, context, event);
}

// Has the library look at all that has come; it accepts ten connections at a time. Returns for how many milliseconds there is
// nothing to do unless something happens, -1 for ever.
static int take_turn(NTHTTPWorker *worker) {
    MHD_UNSIGNED_LONG_LONG left;
    int timeout = -1;
    pthread_mutex_lock(&worker->turn);
    do {
        worker->has_accepted = 0;
        MHD_run_wait(worker->daemon, 0);
    } while (worker->has_accepted);
    if (MHD_get_timeout(worker->daemon, &left) == MHD_YES) timeout = left < INT_MAX ? (int)left : INT_MAX;
    pthread_mutex_unlock(&worker->turn);
    return timeout;
}

// Waits by itself, and has the library look only at what has come. Its own wait, in 0.9.75, asks for 128 events at a time and,
// when there were exactly so many, waits for further ones with these unanswered: a burst of 128 requests stood still until
// something else happened on the thread.
static void *serve(void *argument) {
    NTHTTPWorker *worker = argument;
    const NTHTTPOptions *options = worker->server->options;
    current = worker;
    while (!atomic_load(&worker->server->is_ending)) {
        int timeout = take_turn(worker);
        if (kept != NULL) {
            void *work = kept;
            kept = NULL;
            // What is left to do is for the other thread.
            if (timeout == 0) eventfd_write(worker->wake, 1);
            is_working = 1;
            options->work(options->context, work);
            is_working = 0;
        } else if (timeout != 0) {
            struct epoll_event happened[2];
            atomic_fetch_add(&worker->waiting, 1);
            epoll_wait(worker->events, happened, 2, timeout);
            atomic_fetch_sub(&worker->waiting, 1);
        }
    }
    // For the other thread.
    eventfd_write(worker->wake, 1);
    // Takes up what was resumed meanwhile, and hears of what was shut down.
    take_turn(worker);
    return NULL;
}

int nt_http_can_keep(void) {
    // In its last turn a thread does nothing further.
    return current != NULL && kept == NULL && !atomic_load(&current->server->is_ending) && atomic_load(&current->waiting) > 0;
}

void nt_http_keep(void *work) { kept = work; }

NTHTTPWorker *nt_http_current_worker(void) { return current; }

void nt_http_resume(NTHTTPWorker *worker, struct MHD_Connection *connection, int is_last) {
    NTHTTPServer *server = worker->server;
    atomic_fetch_add(&server->resuming, 1);
    MHD_resume_connection(connection);
    if (!is_last || !is_working || current != worker) eventfd_write(worker->wake, 1);
    // The last touch: once nothing is suspended and nobody resumes, all of it may go.
    atomic_fetch_sub(&server->resuming, 1);
}

static struct MHD_Daemon *make_daemon(const NTHTTPOptions *options, unsigned int connection_limit) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, options->request_advanced, options->context,
        // First, so that it hears of what is wrong with the others.
        MHD_OPTION_EXTERNAL_LOGGER, log_line, (void *)options,
        MHD_OPTION_LISTEN_SOCKET, options->listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, take_target, (void *)options,
        MHD_OPTION_NOTIFY_COMPLETED, options->request_ended, options->context,
        MHD_OPTION_NOTIFY_CONNECTION, note_connection, (void *)options,
        MHD_OPTION_END);
}

static int start(NTHTTPWorker *worker) {
    // A thread has the signal mask of the one that makes it. The library is told that a client that is gone makes no signal.
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    for (; worker->thread_count < THREADS; worker->thread_count++) {
        pthread_t *thread = &worker->threads[worker->thread_count];
        if (pthread_create(thread, NULL, serve, worker) != 0) break;
        pthread_setname_np(*thread, "http");
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return worker->thread_count == THREADS;
}

NTHTTPServer *nt_http_start(const NTHTTPOptions *options) {
    unsigned int count = options->thread_count > 0 ? options->thread_count : 1;
    NTHTTPServer *server = calloc(1, sizeof *server + count * sizeof(NTHTTPWorker));
    if (server == NULL) return NULL;
    server->options = options;
    int is_whole = 1;
    for (; server->count < count && is_whole; server->count++) {
        NTHTTPWorker *worker = &server->workers[server->count];
        unsigned int left = options->connection_limit % count > server->count;
        worker->server = server;
        pthread_mutex_init(&worker->turn, NULL);
        worker->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        worker->daemon = make_daemon(options, options->connection_limit / count + left);
        worker->events = worker->wake >= 0 && worker->daemon != NULL ? watch_events(worker) : -1;
        is_whole = worker->events >= 0;
    }
    for (unsigned int index = 0; index < count && is_whole; index++) is_whole = start(&server->workers[index]);
    if (is_whole) return server;
    nt_http_accept_no_more(server);
    nt_http_stop(server);
    return NULL;
}

void nt_http_accept_no_more(NTHTTPServer *server) {
    for (unsigned int index = 0; index < server->count; index++) {
        if (server->workers[index].daemon != NULL) MHD_quiesce_daemon(server->workers[index].daemon);
    }
}

void nt_http_stop(NTHTTPServer *server) {
    atomic_store(&server->is_ending, 1);
    for (unsigned int index = 0; index < server->count; index++) {
        NTHTTPWorker *worker = &server->workers[index];
        if (worker->thread_count > 0) eventfd_write(worker->wake, 1);
        for (unsigned int thread = 0; thread < worker->thread_count; thread++) pthread_join(worker->threads[thread], NULL);
        MHD_stop_daemon(worker->daemon);
    }
    while (atomic_load(&server->resuming) > 0) sched_yield();
    for (unsigned int index = 0; index < server->count; index++) {
        if (server->workers[index].events >= 0) close(server->workers[index].events);
        if (server->workers[index].wake >= 0) close(server->workers[index].wake);
        pthread_mutex_destroy(&server->workers[index].turn);
    }
    free(server);
}
