// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <features.h>

#include "CGRPC.h"

#include <grpc/grpc.h>

// What the completion queue gives back: which batch of which call.
typedef struct {
    NTGRPCEventKind kind;
    nt_grpc_call *call;
} nt_grpc_tag;

struct nt_grpc_server {
    grpc_server *server;
    grpc_completion_queue *queue;
    grpc_server_credentials *credentials;
    // What gRPC calls the registered method by.
    void *registered;
    nt_grpc_tag down;
};

struct nt_grpc_call {
    grpc_call *call;
    grpc_call_details details;
    grpc_metadata_array metadata;
    // What was received and not taken yet.
    grpc_byte_buffer *message;
    // What is being sent, by nt_grpc_send and by nt_grpc_finish.
    nt_grpc_message *sent;
    nt_grpc_message *last;
    void *context;
    int was_cancelled;
    bool is_registered;
    bool has_sent_metadata;
    nt_grpc_tag arrived;
    nt_grpc_tag received;
    nt_grpc_tag was_sent;
    nt_grpc_tag finished;
    nt_grpc_tag closed;
};
