// SPDX-License-Identifier: Apache-2.0
#include <features.h>

#include "internal.h"

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <string.h>

// An nt_grpc_message is a grpc_byte_buffer by another name, so that no header of gRPC is needed to hold one.

nt_grpc_message *nt_grpc_message_create(const uint8_t *bytes, size_t count) {
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)bytes, count);
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return (nt_grpc_message *)message;
}

void nt_grpc_message_destroy(nt_grpc_message *message) { grpc_byte_buffer_destroy((grpc_byte_buffer *)message); }

size_t nt_grpc_message_count(nt_grpc_message *message) { return grpc_byte_buffer_length((grpc_byte_buffer *)message); }

bool nt_grpc_message_is_packed(const nt_grpc_message *message) {
    return ((const grpc_byte_buffer *)message)->data.raw.compression != GRPC_COMPRESS_NONE;
}

size_t nt_grpc_message_copy(nt_grpc_message *message, uint8_t *out, size_t capacity) {
    const grpc_slice_buffer *slices = &((grpc_byte_buffer *)message)->data.raw.slice_buffer;
    size_t copied = 0;
    for (size_t i = 0; i < slices->count; ++i) {
        size_t count = GRPC_SLICE_LENGTH(slices->slices[i]);
        if (count > capacity - copied) count = capacity - copied;
        if (count > 0) memcpy(out + copied, GRPC_SLICE_START_PTR(slices->slices[i]), count);
        copied += count;
    }
    return copied;
}
