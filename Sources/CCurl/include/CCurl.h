// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A client with its connections. Used by one thread at a time.
typedef struct nt_curl nt_curl;

/// How a request ended.
typedef enum {
    nt_curl_answered = 0,
    nt_curl_stopped,
    nt_curl_bad_url,
    nt_curl_cannot_resolve,
    nt_curl_cannot_connect,
    nt_curl_address_refused,
    nt_curl_tls,
    nt_curl_timed_out,
    nt_curl_too_large,
    nt_curl_broken,
    nt_curl_out_of_memory
} nt_curl_outcome;

/// What is asked, and who hears of the answer. Everything is only read, during the call.
typedef struct {
    const char *method;
    const char *url;
    /// Each as `Name: value`.
    const char *const *header_lines;
    size_t header_count;
    /// NULL for none; `body_size` bytes.
    const void *body;
    size_t body_size;
    /// For everything, in milliseconds; at least 1.
    long timeout_ms;
    /// Where a larger answer is given up as soon as it is announced; 0 for nowhere.
    int64_t body_limit;
    /// `HOST:PORT:ADDRESS[,ADDRESS]…`: where the host is, without asking the system; NULL to ask it.
    const char *resolution;
    /// A file with the certificates of authorities in PEM; NULL for those of the system.
    const char *authorities;

    void *context;
    /// Asked every 50 ms or more often: whether to give up. May be NULL.
    int (*should_stop)(void *context);
    /// Asked before a connection is made, with the address in network order (4 or 16 bytes): 0 refuses it. May be NULL.
    int (*may_connect)(void *context, const uint8_t *address, size_t count);
    /// Takes a line of the head, ended by CR LF; not 0 gives up.
    int (*take_head_line)(void *context, const char *bytes, size_t count);
    /// Takes a piece of the body; not 0 gives up.
    int (*take_body)(void *context, const uint8_t *bytes, size_t count);
} nt_curl_request;

/// How it went.
typedef struct {
    nt_curl_outcome outcome;
    int status;
    /// In the words of libcurl; empty if it has none.
    char detail[256];
} nt_curl_answer;

/// Makes a client; NULL if there is no memory.
nt_curl *nt_curl_open(void);

/// Closes its connections and gives it up.
void nt_curl_close(nt_curl *client);

/// Asks, and returns when the answer is there or will not come. HTTP and HTTPS only; redirects are answers like others;
/// no proxy, no cookies.
nt_curl_answer nt_curl_perform(nt_curl *client, const nt_curl_request *request);

/// What is wrong with an address.
typedef enum {
    nt_url_fine = 0,
    nt_url_malformed,
    nt_url_has_credentials,
    nt_url_foreign_scheme,
    nt_url_out_of_memory
} nt_url_problem;

/// An absolute address, as libcurl reads it; every text is NULL unless it is fine, and given up by `nt_url_free`.
typedef struct {
    nt_url_problem problem;
    /// The whole address.
    char *text;
    /// `http` or `https`.
    char *scheme;
    /// As it stands in the address, IPv6 in brackets.
    char *host;
    int port;
} nt_url;

/// Reads `text`, an address or, if there is a `base`, one that is relative to that.
nt_url nt_url_parse(const char *text, const char *base);

/// Gives the texts up.
void nt_url_free(nt_url *url);
