// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// OpenVINO's C API, loaded while the program runs, so that the program starts without it. Messages have at least
/// NT_MESSAGE_SIZE bytes; functions that return a pointer or a code write one when they give NULL or 1.
#define NT_MESSAGE_SIZE 512

typedef struct nt_engine nt_engine;
typedef struct nt_model nt_model;
typedef struct nt_network nt_network;
typedef struct nt_request nt_request;

/// Loads `library` (a path of libopenvino_c.so*); what it needs must lie beside it.
nt_engine *nt_engine_open(const char *library, char *message);

/// After all its networks.
void nt_engine_close(nt_engine *engine);

/// Reads an ONNX network: the file at `path`, or if that is NULL the bytes.
nt_model *nt_model_read(nt_engine *engine, const char *path, const char *bytes, size_t byte_count, char *message);

typedef struct {
    /// Name of the output tensor that is the embedding.
    const char *output;
    /// "f32", "bf16" or "f16".
    const char *precision;
    int64_t batch;
    int streams;
    int threads;
} nt_network_options;

typedef struct {
    int64_t height, width;
    /// Embedding elements of one picture.
    int64_t dimensions;
    /// What the engine says it runs in, e.g. "bf16".
    char precision[16];
} nt_network_info;

/// Gives its memory back to the system, but for what networks compiled of it still use.
void nt_model_free(nt_model *model);

/// Gives freed pieces of memory back to the system.
void nt_trim(void);

/// Checks and compiles a network with one float32 input N x 3 x H x W; a model may be compiled several times, and its networks
/// share what they can.
nt_network *nt_network_compile(nt_model *model, const nt_network_options *options, nt_network_info *info, char *message);

/// After all its requests.
void nt_network_free(nt_network *network);

nt_request *nt_request_create(nt_network *network, char *message);

/// Not while it runs.
void nt_request_free(nt_request *request);

/// Shape [batch, 3, H, W]; to be filled before `nt_request_start`.
float *nt_request_input(nt_request *request);

/// Starts inference; `done` is called once, on a thread of the engine, also when inference fails.
int nt_request_start(nt_request *request, void (*done)(void *context), void *context, char *message);

/// After `done`: copies the output, shape [batch, dimensions]. Waits for the engine to let go of the request, which
/// it does right after `done` has returned.
int nt_request_finish(nt_request *request, float *output, size_t count, char *message);

/// Whether the processor multiplies bf16 numbers itself (AVX512-BF16 or AMX-BF16).
bool nt_processor_has_bf16(void);

/// Writes `count` floats for as many float16 numbers, exactly; both little-endian, neither aligned.
void nt_floats_from_halves(const void *halves, size_t count, void *floats);

/// A file that lies in memory alone, or -1.
int nt_memory_file_open(void);

/// Whether all bytes were written.
bool nt_memory_file_append(int file, const void *bytes, size_t count);

void nt_memory_file_close(int file);
