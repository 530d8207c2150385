// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>
#include <stddef.h>
#include <stdint.h>

/// Gives freed memory that the C library keeps back to the system. Takes some milliseconds.
void nt_trim_memory(void);

/// Names the calling thread, as debuggers and `top -H` show it; what is longer than 15 bytes is cut.
void nt_name_this_thread(const char *name);

/// A pointer that the calling thread alone has; NULL at first.
void *nt_note_of_this_thread(void);
void nt_set_note_of_this_thread(void *note);

/// Has these signals noted for nt_signals_wait instead of ending the process; numbers up to 255. Returns 0 or an errno.
int nt_signals_catch(const int *numbers, size_t count);

/// Waits for the next signal that is noted and returns its number; -1 if it can't wait. For one thread.
int nt_signals_wait(void);

/// Gives the calling thread alone the highest nice value.
void nt_lower_this_threads_priority(void);

/// What tells one file or folder from all others, whatever path leads to it.
typedef struct {
    uint64_t device;
    uint64_t node;
} nt_file_identity;

/// Finds the identity of what `path` leads to.
///
/// Returns 0, or -1 with `errno` set. (Swift sees `struct stat` through several modules at once, and which one counts changes from
/// build to build.)
int nt_identify_file(const char *path, nt_file_identity *identity);

/// Gives a range of a file back to the file system; the file stays as long as it is, and the range reads as zeros.
///
/// Returns 0, or -1 with `errno` set.
int nt_punch_hole(int file, uint64_t offset, uint64_t length);

/// What a path leads to.
typedef enum {
    nt_file_kind_missing = 0,
    nt_file_kind_file = 1,
    nt_file_kind_folder = 2,
    nt_file_kind_link = 3,
    nt_file_kind_other = 4,
} nt_file_kind;

/// What the path leads to, links followed; `missing` also where it cannot be found out.
nt_file_kind nt_kind_of_file(const char *path);

/// A folder that is being listed.
typedef struct NTFolder NTFolder;

typedef struct {
    /// Any bytes but NUL and '/'; valid until the next call.
    const char *name;
    size_t name_length;
    /// Links are not followed.
    nt_file_kind kind;
} nt_folder_entry;

/// Begins a listing, to be ended with nt_folder_end; NULL with `errno` set.
NTFolder *nt_folder_begin(const char *path);
void nt_folder_end(NTFolder *folder);

/// The next entry, in no order, without the folder itself and the one above. Returns 1, 0 at the end, -1 with `errno` set.
int nt_folder_next(NTFolder *folder, nt_folder_entry *entry);

/// Opens a file to read it; anything but a file is refused with EINVAL, without waiting.
///
/// Returns the descriptor, or -1 with `errno` set.
int nt_open_regular_file(const char *path, int64_t *size);

/// Which call a listening socket failed in.
typedef enum { nt_listening_step_resolve = 1, nt_listening_step_listen = 2 } nt_listening_step;

/// A listening socket, or why there is none.
typedef struct {
    /// -1 if there is none.
    int socket;
    /// The port that was bound; of interest if 0 was asked for.
    uint16_t port;
    nt_listening_step failed_step;
    /// errno, or a getaddrinfo code when `failed_step` is nt_listening_step_resolve.
    int error;
} nt_listening;

/// Listens on a host name or numeric address; an empty one means all addresses, IPv6 and IPv4.
nt_listening nt_listen(const char *host, uint16_t port, int backlog);

/// The text of `error`.
const char *nt_listening_error_text(nt_listening_step step, int error);

/// Makes a socket refuse further connections at once.
void nt_stop_listening(int socket);

/// Closes the socket.
void nt_close_socket(int socket);

/// A look-up of a host's addresses, on a thread of its own, since the C library's can be neither timed nor cancelled.
typedef struct nt_resolution nt_resolution;

/// A numeric address in network order.
typedef struct {
    /// 4 or 16.
    uint8_t size;
    uint8_t bytes[16];
} nt_address;

/// The most addresses that a look-up keeps.
#define NT_ADDRESS_LIMIT 32

/// Begins to look up `host`; NULL if there is no memory, or as many look-ups under way as may be (64).
nt_resolution *nt_resolution_begin(const char *host);

/// Waits for the end of the look-up, at most so long. Returns whether it has ended.
int nt_resolution_wait(nt_resolution *resolution, int timeout_ms);

/// The addresses of a look-up that has ended: how many of `addresses`, which has NT_ADDRESS_LIMIT places, are filled; 0 if the host is
/// not known.
int nt_resolution_addresses(nt_resolution *resolution, nt_address *addresses);

/// Gives the look-up up; its thread ends when the C library lets it.
void nt_resolution_end(nt_resolution *resolution);

/// What the files and folders below a folder take on their disk, holes left out; what can't be looked at counts nothing, and other
/// file systems below it are passed over. Takes microseconds for each file.
uint64_t nt_allocated_bytes(const char *folder);

/// The room of the file system that `path` lies on: what programs of this user may still take, and all.
///
/// Returns 0, or -1 with `errno` set.
int nt_file_system_room(const char *path, uint64_t *free_bytes, uint64_t *total_bytes);
