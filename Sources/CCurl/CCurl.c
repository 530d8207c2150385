// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CCurl.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <curl/curl.h>

/// How long it takes at most to notice that a request is to be given up.
#define WATCH_INTERVAL_MS 50

struct nt_curl {
    CURLM *multi;
    CURL *easy;
};

/// What a request has on its way.
typedef struct {
    const nt_curl_request *request;
    int was_refused;
    int was_stopped;
} progress;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_library(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

nt_curl *nt_curl_open(void) {
    pthread_once(&once, start_library);
    nt_curl *client = calloc(1, sizeof *client);
    if (client == NULL) return NULL;
    client->multi = curl_multi_init();
    client->easy = curl_easy_init();
    if (client->multi != NULL && client->easy != NULL) {
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, 4L);
        return client;
    }
    nt_curl_close(client);
    return NULL;
}

void nt_curl_close(nt_curl *client) {
    if (client->easy != NULL) curl_easy_cleanup(client->easy);
    if (client->multi != NULL) curl_multi_cleanup(client->multi);
    free(client);
}

// What libcurl calls back.

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *peer) {
    (void)purpose;
    progress *state = context;
    const uint8_t *address = NULL;
    size_t count = 0;
    if (peer->family == AF_INET) {
        address = (const uint8_t *)&((const struct sockaddr_in *)&peer->addr)->sin_addr;
        count = 4;
    } else if (peer->family == AF_INET6) {
        address = (const uint8_t *)&((const struct sockaddr_in6 *)&peer->addr)->sin6_addr;
        count = 16;
    }
    const nt_curl_request *request = state->request;
    if (count == 0 || (request->may_connect != NULL && !request->may_connect(request->context, address, count))) {
        state->was_refused = 1;
        return CURL_SOCKET_BAD;
    }
    return socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
}

static size_t take_head_line(char *bytes, size_t size, size_t count, void *context) {
    progress *state = context;
    if (state->request->take_head_line(state->request->context, bytes, size * count) == 0) return size * count;
    return 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    progress *state = context;
    if (state->request->take_body(state->request->context, (const uint8_t *)bytes, size * count) == 0) {
        return size * count;
    }
    return 0;
}

// Options.

static int has_content_type(const nt_curl_request *request) {
    for (size_t i = 0; i < request->header_count; ++i) {
        if (strncasecmp(request->header_lines[i], "Content-Type:", 13) == 0) return 1;
    }
    return 0;
}

/// NULL if there is no memory.
static struct curl_slist *header_list(const nt_curl_request *request) {
    // Without a name after it, a header that libcurl would add is left out.
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    if (list != NULL && !has_content_type(request)) {
        struct curl_slist *longer = curl_slist_append(list, "Content-Type:");
        if (longer == NULL) curl_slist_free_all(list);
        list = longer;
    }
    for (size_t i = 0; list != NULL && i < request->header_count; ++i) {
        struct curl_slist *longer = curl_slist_append(list, request->header_lines[i]);
        if (longer == NULL) curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

static void set_method(CURL *easy, const nt_curl_request *request) {
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (request->body_limit > 0) {
        curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->body_limit);
    }
    int wants_body = strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0 ||
                     strcmp(request->method, "PATCH") == 0;
    if (request->body != NULL || wants_body) {
        // Without a body its length is said to be 0.
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_rules(CURL *easy, const nt_curl_request *request) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->authorities != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, request->authorities);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->timeout_ms);
}

static void set_callbacks(CURL *easy, progress *state, char *detail) {
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, state);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head_line);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, state);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, state);
}

// The request.

static nt_curl_outcome outcome_of(CURLcode code, const progress *state) {
    switch (code) {
    case CURLE_OK: return nt_curl_answered;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return nt_curl_bad_url;
    case CURLE_COULDNT_RESOLVE_HOST: return nt_curl_cannot_resolve;
    case CURLE_COULDNT_CONNECT: return state->was_refused ? nt_curl_address_refused : nt_curl_cannot_connect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER: return nt_curl_tls;
    case CURLE_OPERATION_TIMEDOUT: return nt_curl_timed_out;
    case CURLE_FILESIZE_EXCEEDED: return nt_curl_too_large;
    case CURLE_OUT_OF_MEMORY: return nt_curl_out_of_memory;
    default: return nt_curl_broken;
    }
}

/// Runs until the transfer has ended or is given up.
static CURLcode run(nt_curl *client, progress *state) {
    const nt_curl_request *request = state->request;
    if (curl_multi_add_handle(client->multi, client->easy) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    CURLMcode code = CURLM_OK;
    int running = 1;
    while (code == CURLM_OK) {
        code = curl_multi_perform(client->multi, &running);
        if (code != CURLM_OK || running == 0) break;
        if (request->should_stop != NULL && request->should_stop(request->context)) {
            state->was_stopped = 1;
            break;
        }
        code = curl_multi_poll(client->multi, NULL, 0, WATCH_INTERVAL_MS, NULL);
    }
    CURLcode result = CURLE_RECV_ERROR;
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left)) != NULL;) {
        if (message->msg == CURLMSG_DONE) result = message->data.result;
    }
    curl_multi_remove_handle(client->multi, client->easy);
    return result;
}

nt_curl_answer nt_curl_perform(nt_curl *client, const nt_curl_request *request) {
    nt_curl_answer answer = {.outcome = nt_curl_out_of_memory};
    progress state = {.request = request};
    struct curl_slist *resolution = NULL;
    struct curl_slist *headers = header_list(request);
    if (request->resolution != NULL) resolution = curl_slist_append(NULL, request->resolution);
    CURL *easy = client->easy;
    curl_easy_reset(easy);
    char detail[CURL_ERROR_SIZE] = "";
    if (headers != NULL && (resolution != NULL || request->resolution == NULL) &&
        curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK) {
        set_rules(easy, request);
        set_method(easy, request);
        set_callbacks(easy, &state, detail);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        if (resolution != NULL) curl_easy_setopt(easy, CURLOPT_RESOLVE, resolution);
        CURLcode code = run(client, &state);
        answer.outcome = state.was_stopped ? nt_curl_stopped : outcome_of(code, &state);
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        answer.status = (int)status;
        strncpy(answer.detail, detail, sizeof answer.detail - 1);
    }
    // Nothing of this call may be left in the handle.
    curl_easy_reset(easy);
    curl_slist_free_all(headers);
    curl_slist_free_all(resolution);
    return answer;
}

// Addresses.

static nt_url_problem problem_of(CURLUcode code) {
    switch (code) {
    case CURLUE_OK: return nt_url_fine;
    case CURLUE_USER_NOT_ALLOWED: return nt_url_has_credentials;
    case CURLUE_UNSUPPORTED_SCHEME: return nt_url_foreign_scheme;
    case CURLUE_OUT_OF_MEMORY: return nt_url_out_of_memory;
    default: return nt_url_malformed;
    }
}

/// Takes a part out in memory that `free` gives up; NULL if there is none.
static char *part(CURLU *handle, CURLUPart which, unsigned flags) {
    char *text = NULL;
    if (curl_url_get(handle, which, &text, flags) != CURLUE_OK) return NULL;
    char *copy = strdup(text);
    curl_free(text);
    return copy;
}

nt_url nt_url_parse(const char *text, const char *base) {
    nt_url url = {.problem = nt_url_out_of_memory};
    CURLU *handle = curl_url();
    if (handle == NULL) return url;
    const unsigned flags = CURLU_DISALLOW_USER | CURLU_URLENCODE | CURLU_ALLOW_SPACE;
    CURLUcode code = CURLUE_OK;
    if (base != NULL) code = curl_url_set(handle, CURLUPART_URL, base, flags);
    if (code == CURLUE_OK) code = curl_url_set(handle, CURLUPART_URL, text, flags);
    url.problem = problem_of(code);
    if (url.problem == nt_url_fine) {
        curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
        url.text = part(handle, CURLUPART_URL, 0);
        url.scheme = part(handle, CURLUPART_SCHEME, 0);
        url.host = part(handle, CURLUPART_HOST, 0);
        char *port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
        url.port = port != NULL ? atoi(port) : 0;
        free(port);
        if (url.text == NULL || url.scheme == NULL) {
            url.problem = nt_url_malformed;
        } else if (strcmp(url.scheme, "http") != 0 && strcmp(url.scheme, "https") != 0) {
            url.problem = nt_url_foreign_scheme;
        } else if (url.host == NULL) {
            url.problem = nt_url_malformed;
        }
    }
    curl_url_cleanup(handle);
    if (url.problem != nt_url_fine) nt_url_free(&url);
    return url;
}

void nt_url_free(nt_url *url) {
    free(url->text);
    free(url->scheme);
    free(url->host);
    url->text = url->scheme = url->host = NULL;
}
