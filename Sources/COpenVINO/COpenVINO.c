// SPDX-License-Identifier: Apache-2.0
#include "COpenVINO.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

// The part of OpenVINO's documented C API that is used here, as it has been since 2022.1.
typedef int status;
typedef struct { int64_t rank; int64_t *dims; } ov_shape;
typedef struct { int64_t min, max; } ov_dimension;
typedef struct { ov_dimension rank; ov_dimension *dims; } ov_partial_shape;
typedef struct { void (*function)(void *); void *context; } ov_callback;
typedef void ov_object;
enum { OV_F32 = 4 };

typedef struct {
    const char *(*ov_get_last_err_msg)(void);
    const char *(*ov_get_error_info)(status);
    void (*ov_free)(const char *);
    status (*ov_core_create)(ov_object **);
    void (*ov_core_free)(ov_object *);
    status (*ov_core_read_model)(const ov_object *, const char *, const char *, ov_object **);
    status (*ov_core_read_model_from_memory_buffer)(
        const ov_object *, const char *, size_t, const ov_object *, ov_object **);
    status (*ov_core_compile_model)(const ov_object *, const ov_object *, const char *, size_t, ov_object **, ...);
    void (*ov_model_free)(ov_object *);
    status (*ov_model_inputs_size)(const ov_object *, size_t *);
    status (*ov_model_const_input)(const ov_object *, ov_object **);
    status (*ov_model_const_output_by_name)(const ov_object *, const char *, ov_object **);
    status (*ov_model_reshape_single_input)(const ov_object *, ov_partial_shape);
    status (*ov_port_get_partial_shape)(const ov_object *, ov_partial_shape *);
    status (*ov_port_get_element_type)(const ov_object *, int *);
    void (*ov_output_const_port_free)(ov_object *);
    status (*ov_partial_shape_create)(int64_t, const ov_dimension *, ov_partial_shape *);
    void (*ov_partial_shape_free)(ov_partial_shape *);
    void (*ov_compiled_model_free)(ov_object *);
    status (*ov_compiled_model_get_property)(const ov_object *, const char *, char **);
    status (*ov_compiled_model_create_infer_request)(const ov_object *, ov_object **);
    void (*ov_infer_request_free)(ov_object *);
    status (*ov_infer_request_get_input_tensor)(const ov_object *, ov_object **);
    status (*ov_infer_request_get_tensor)(const ov_object *, const char *, ov_object **);
    status (*ov_infer_request_set_callback)(ov_object *, const ov_callback *);
    status (*ov_infer_request_start_async)(ov_object *);
    status (*ov_infer_request_wait)(ov_object *);
    status (*ov_tensor_data)(const ov_object *, void **);
    status (*ov_tensor_get_size)(const ov_object *, size_t *);
    void (*ov_tensor_free)(ov_object *);
} api;

#define NAME(function) { #function, offsetof(api, function) }
static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
    NAME(ov_get_last_err_msg), NAME(ov_get_error_info), NAME(ov_free), NAME(ov_core_create), NAME(ov_core_free),
    NAME(ov_core_read_model), NAME(ov_core_read_model_from_memory_buffer), NAME(ov_core_compile_model),
    NAME(ov_model_free), NAME(ov_model_inputs_size), NAME(ov_model_const_input), NAME(ov_model_const_output_by_name),
    NAME(ov_model_reshape_single_input), NAME(ov_port_get_partial_shape), NAME(ov_port_get_element_type),
    NAME(ov_output_const_port_free), NAME(ov_partial_shape_create), NAME(ov_partial_shape_free),
    NAME(ov_compiled_model_free), NAME(ov_compiled_model_get_property), NAME(ov_compiled_model_create_infer_request),
    NAME(ov_infer_request_free), NAME(ov_infer_request_get_input_tensor), NAME(ov_infer_request_get_tensor),
    NAME(ov_infer_request_set_callback), NAME(ov_infer_request_start_async), NAME(ov_infer_request_wait),
    NAME(ov_tensor_data), NAME(ov_tensor_get_size), NAME(ov_tensor_free),
};

struct nt_engine {
    void *library;
    api ov;
    ov_object *core;
};

struct nt_model {
    nt_engine *engine;
    ov_object *model;
};

struct nt_network {
    nt_engine *engine;
    ov_object *compiled;
    char *output;
};

struct nt_request {
    const api *ov;
    const nt_network *network;
    ov_object *request;
    ov_object *input;
    float *values;
    /// The engine keeps its address, not a copy.
    ov_callback callback;
};

static int say(char *message, const char *text) {
    snprintf(message, NT_MESSAGE_SIZE, "%s", text);
    return 1;
}

/// The engine's own words: the most telling is the last line that is not empty, without the place in its source.
static int say_engine_error(const api *ov, status code, const char *doing, char *message) {
    const char *text = ov->ov_get_last_err_msg();
    if (!text || !*text) text = ov->ov_get_error_info(code);
    if (!text) text = "no reason given";
    const char *line = text, *best = text;
    size_t length = strcspn(text, "\n");
    while (*line) {
        size_t count = strcspn(line, "\n");
        if (count > 1 && strncmp(line, "Exception from", 14) != 0 && strncmp(line, "Check '", 7) != 0) {
            best = line;
            length = count;
        }
        line += count + (line[count] == '\n');
    }
    snprintf(message, NT_MESSAGE_SIZE, "%s: %.*s", doing, (int)(length > 300 ? 300 : length), best);
    return 1;
}

nt_engine *nt_engine_open(const char *library, char *message) {
    nt_engine *engine = calloc(1, sizeof(nt_engine));
    if (!engine) return say(message, "no memory"), NULL;
    engine->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!engine->library) {
        say(message, dlerror());
        free(engine);
        return NULL;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        void *symbol = dlsym(engine->library, symbols[i].name);
        if (!symbol) {
            snprintf(message, NT_MESSAGE_SIZE, "it has no function %s", symbols[i].name);
            nt_engine_close(engine);
            return NULL;
        }
        memcpy((char *)&engine->ov + symbols[i].offset, &symbol, sizeof symbol);
    }
    status code = engine->ov.ov_core_create(&engine->core);
    if (code != 0) {
        say_engine_error(&engine->ov, code, "it does not start", message);
        engine->core = NULL;
        nt_engine_close(engine);
        return NULL;
    }
    return engine;
}

void nt_engine_close(nt_engine *engine) {
    if (!engine) return;
    if (engine->core) engine->ov.ov_core_free(engine->core);
    // The library stays loaded: its threads may still be on their way out of it.
    free(engine);
}

nt_model *nt_model_read(nt_engine *engine, const char *path, const char *bytes, size_t byte_count, char *message) {
    const api *ov = &engine->ov;
    nt_model *model = calloc(1, sizeof(nt_model));
    if (!model) return say(message, "no memory"), NULL;
    model->engine = engine;
    status code = path
        ? ov->ov_core_read_model(engine->core, path, NULL, &model->model)
        : ov->ov_core_read_model_from_memory_buffer(engine->core, bytes, byte_count, NULL, &model->model);
    if (code == 0) return model;
    say_engine_error(ov, code, "it is no network that can be read", message);
    free(model);
    return NULL;
}

void nt_model_free(nt_model *model) {
    if (!model) return;
    model->engine->ov.ov_model_free(model->model);
    free(model);
    nt_trim();
}

void nt_trim(void) {
#if defined(__GLIBC__)
    // Compiling leaves about 50 MB of freed pieces behind, which would stay with the process.
    malloc_trim(0);
#endif
}

/// Reads height and width off the only input and fixes the batch.
static int check_input(
    const api *ov, ov_object *model, const nt_network_options *options, nt_network_info *info, char *message) {
    size_t inputs = 0;
    ov_object *port = NULL;
    if (ov->ov_model_inputs_size(model, &inputs) != 0 || inputs != 1) return say(message, "it has not exactly one input");
    if (ov->ov_model_const_input(model, &port) != 0) return say(message, "its input can't be read");
    ov_partial_shape shape = {0};
    int type = 0;
    status code = ov->ov_port_get_partial_shape(port, &shape);
    if (code == 0) code = ov->ov_port_get_element_type(port, &type);
    ov->ov_output_const_port_free(port);
    if (code != 0) return say_engine_error(ov, code, "its input can't be read", message);
    bool is_image = shape.rank.min == 4 && shape.rank.max == 4 && type == OV_F32 && shape.dims[1].min <= 3
        && (shape.dims[1].max >= 3 || shape.dims[1].max == -1);
    bool is_sized = is_image && shape.dims[2].min == shape.dims[2].max && shape.dims[3].min == shape.dims[3].max
        && shape.dims[2].min >= 1 && shape.dims[2].min <= 2048 && shape.dims[3].min >= 1 && shape.dims[3].min <= 2048;
    if (is_sized) {
        info->height = shape.dims[2].min;
        info->width = shape.dims[3].min;
    }
    ov->ov_partial_shape_free(&shape);
    if (!is_image) return say(message, "its input is not float32 of the shape N x 3 x H x W");
    if (!is_sized) return say(message, "the height and width of its input are not fixed numbers from 1 to 2048");
    ov_dimension dims[4] = {
        {options->batch, options->batch}, {3, 3}, {info->height, info->height}, {info->width, info->width}};
    ov_partial_shape fixed;
    code = ov->ov_partial_shape_create(4, dims, &fixed);
    if (code == 0) {
        code = ov->ov_model_reshape_single_input(model, fixed);
        ov->ov_partial_shape_free(&fixed);
    }
    return code == 0 ? 0 : say_engine_error(ov, code, "its batch size can't be fixed", message);
}

/// All elements of the output that belong to one picture, whatever axes they are spread over.
static int check_output(
    const api *ov, ov_object *model, const nt_network_options *options, nt_network_info *info, char *message) {
    ov_object *port = NULL;
    status code = ov->ov_model_const_output_by_name(model, options->output, &port);
    if (code != 0) return say_engine_error(ov, code, "its embedding can't be found", message);
    ov_partial_shape shape = {0};
    int type = 0;
    code = ov->ov_port_get_partial_shape(port, &shape);
    if (code == 0) code = ov->ov_port_get_element_type(port, &type);
    ov->ov_output_const_port_free(port);
    if (code != 0) return say_engine_error(ov, code, "its embedding can't be read", message);
    bool is_fixed = type == OV_F32 && shape.rank.min == shape.rank.max && shape.rank.min >= 2 && shape.rank.min <= 8
        && shape.dims[0].min == options->batch && shape.dims[0].max == options->batch;
    int64_t count = 1;
    for (int64_t i = 1; is_fixed && i < shape.rank.min; i++) {
        is_fixed = shape.dims[i].min == shape.dims[i].max && shape.dims[i].min >= 1 && shape.dims[i].min <= 65535;
        if (is_fixed) count *= shape.dims[i].min;
        is_fixed = is_fixed && count <= 65535;
    }
    ov->ov_partial_shape_free(&shape);
    if (!is_fixed) return say(message, "its embedding is not float32 of the shape N x at most 65535");
    info->dimensions = count;
    return 0;
}

static int compile(
    const nt_engine *engine, ov_object *model, const nt_network_options *options, ov_object **compiled, char *message) {
    char streams[16], threads[16];
    snprintf(streams, sizeof streams, "%d", options->streams);
    snprintf(threads, sizeof threads, "%d", options->threads);
    // Threads tied to cores would stand in the way of the threads that decode.
    status code = engine->ov.ov_core_compile_model(
        engine->core, model, "CPU", 8, compiled, "INFERENCE_PRECISION_HINT", options->precision, "NUM_STREAMS",
        streams, "INFERENCE_NUM_THREADS", threads, "ENABLE_CPU_PINNING", "NO");
    return code == 0 ? 0 : say_engine_error(&engine->ov, code, "it can't be compiled for this processor", message);
}

static void read_precision(const api *ov, const ov_object *compiled, nt_network_info *info) {
    char *value = NULL;
    info->precision[0] = 0;
    if (ov->ov_compiled_model_get_property(compiled, "INFERENCE_PRECISION_HINT", &value) != 0 || !value) return;
    snprintf(info->precision, sizeof info->precision, "%s", value);
    ov->ov_free(value);
}

nt_network *nt_network_compile(
    nt_model *source, const nt_network_options *options, nt_network_info *info, char *message) {
    nt_engine *engine = source->engine;
    ov_object *model = source->model, *compiled = NULL;
    int code = check_input(&engine->ov, model, options, info, message);
    if (code == 0) code = check_output(&engine->ov, model, options, info, message);
    if (code == 0) code = compile(engine, model, options, &compiled, message);
    nt_trim();
    if (code != 0) return NULL;
    read_precision(&engine->ov, compiled, info);
    nt_network *network = calloc(1, sizeof(nt_network));
    char *output = strdup(options->output);
    if (!network || !output) {
        say(message, "no memory");
        engine->ov.ov_compiled_model_free(compiled);
        free(network);
        free(output);
        return NULL;
    }
    *network = (nt_network){engine, compiled, output};
    return network;
}

void nt_network_free(nt_network *network) {
    if (!network) return;
    network->engine->ov.ov_compiled_model_free(network->compiled);
    free(network->output);
    free(network);
    nt_trim();
}

nt_request *nt_request_create(nt_network *network, char *message) {
    const api *ov = &network->engine->ov;
    nt_request *request = calloc(1, sizeof(nt_request));
    if (!request) return say(message, "no memory"), NULL;
    request->ov = ov;
    request->network = network;
    status code = ov->ov_compiled_model_create_infer_request(network->compiled, &request->request);
    if (code == 0) code = ov->ov_infer_request_get_input_tensor(request->request, &request->input);
    void *values = NULL;
    if (code == 0) code = ov->ov_tensor_data(request->input, &values);
    if (code != 0) {
        say_engine_error(ov, code, "no inference request can be made", message);
        nt_request_free(request);
        return NULL;
    }
    request->values = values;
    return request;
}

void nt_request_free(nt_request *request) {
    if (!request) return;
    if (request->input) request->ov->ov_tensor_free(request->input);
    if (request->request) request->ov->ov_infer_request_free(request->request);
    free(request);
}

float *nt_request_input(nt_request *request) { return request->values; }

int nt_request_start(nt_request *request, void (*done)(void *context), void *context, char *message) {
    request->callback = (ov_callback){done, context};
    status code = request->ov->ov_infer_request_set_callback(request->request, &request->callback);
    if (code == 0) code = request->ov->ov_infer_request_start_async(request->request);
    return code == 0 ? 0 : say_engine_error(request->ov, code, "inference does not start", message);
}

int nt_request_finish(nt_request *request, float *output, size_t count, char *message) {
    const api *ov = request->ov;
    status code = ov->ov_infer_request_wait(request->request);
    if (code != 0) return say_engine_error(ov, code, "inference failed", message);
    ov_object *tensor = NULL;
    code = ov->ov_infer_request_get_tensor(request->request, request->network->output, &tensor);
    void *values = NULL;
    size_t size = 0;
    if (code == 0) code = ov->ov_tensor_get_size(tensor, &size);
    if (code == 0) code = ov->ov_tensor_data(tensor, &values);
    if (code == 0 && size == count) memcpy(output, values, count * sizeof(float));
    if (tensor) ov->ov_tensor_free(tensor);
    if (code != 0) return say_engine_error(ov, code, "the embedding can't be read", message);
    return size == count ? 0 : say(message, "the embedding has another size than before");
}

bool nt_processor_has_bf16(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx512f")) return false;
    if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5))) return true;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & (1u << 22))) return true;
#endif
    return false;
}
