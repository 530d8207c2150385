// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int nt_signal_pipe[2] = {-1, -1};

// May run on any thread, between any two instructions: it does nothing but write a byte.
static void note_signal(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(nt_signal_pipe[1], &byte, 1);
    // A full pipe holds signals enough.
    (void)written;
    errno = saved;
}

int nt_signals_catch(const int *numbers, size_t count) {
    if (nt_signal_pipe[0] < 0 && pipe2(nt_signal_pipe, O_CLOEXEC) != 0) return errno;
    int flags = fcntl(nt_signal_pipe[1], F_GETFL);
    if (flags < 0 || fcntl(nt_signal_pipe[1], F_SETFL, flags | O_NONBLOCK) != 0) return errno;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    sigset_t caught;
    sigemptyset(&action.sa_mask);
    sigemptyset(&caught);
    for (size_t index = 0; index < count; index += 1) {
        if (sigaction(numbers[index], &action, NULL) != 0) return errno;
        sigaddset(&caught, numbers[index]);
    }
    // Whoever started the program may have blocked them.
    return pthread_sigmask(SIG_UNBLOCK, &caught, NULL);
}

int nt_signals_wait(void) {
    unsigned char byte;
    ssize_t count;
    do {
        count = read(nt_signal_pipe[0], &byte, 1);
    } while (count < 0 && errno == EINTR);
    return count == 1 ? byte : -1;
}
