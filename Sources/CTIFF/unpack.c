// SPDX-License-Identifier: Apache-2.0
#include "internal.h"

/// Sample `index` of a row, as 8 bits; of a palette as the number itself.
static inline unsigned sample(const nt_tiff_session *s, const uint8_t *row, size_t index) {
    switch (s->bits) {
    case 8: return row[index];
    case 16: return ((const uint16_t *)(const void *)row)[index] >> 8;
    default: {
        unsigned largest = (1u << s->bits) - 1;
        size_t bit = index * s->bits;
        unsigned value = (unsigned)row[bit / 8] >> (8 - s->bits - bit % 8) & largest;
        return s->photometric == PHOTOMETRIC_PALETTE ? value : value * 255 / largest;
    }
    }
}

static inline uint8_t ink(unsigned light, unsigned color) {
    unsigned product = color * light + 128;
    return (uint8_t)(light - (((product >> 8) + product) >> 8));
}

static inline void set_color(const nt_tiff_session *s, uint8_t *to, const unsigned *v) {
    switch (s->photometric) {
    case PHOTOMETRIC_MINISWHITE: to[0] = to[1] = to[2] = (uint8_t)(255 - v[0]); break;
    case PHOTOMETRIC_MINISBLACK: to[0] = to[1] = to[2] = (uint8_t)v[0]; break;
    case PHOTOMETRIC_PALETTE:
        for (int c = 0; c < 3; c++) to[c] = s->colors[v[0] & 255][c];
        break;
    case PHOTOMETRIC_SEPARATED:
        for (int c = 0; c < 3; c++) to[c] = ink(255 - v[3], v[c]);
        break;
    default:
        for (int c = 0; c < 3; c++) to[c] = (uint8_t)v[c];
    }
}

void nt_tiff_unpack(nt_tiff_session *s, const uint8_t *const *planes, uint32_t first, uint32_t count) {
    unsigned colors = s->photometric == PHOTOMETRIC_SEPARATED ? 4
        : s->photometric == PHOTOMETRIC_RGB || s->photometric == PHOTOMETRIC_YCBCR ? 3 : 1;
    bool is_apart = s->planes == PLANARCONFIG_SEPARATE;
    for (uint32_t x = 0; x < count; x++) {
        unsigned v[5] = {0, 0, 0, 0, 255};
        for (unsigned c = 0; c < colors; c++)
            v[c] = is_apart ? sample(s, planes[c], x) : sample(s, planes[0], (size_t)x * s->samples + c);
        uint8_t *to = s->line + (size_t)(first + x) * 4;
        set_color(s, to, v);
        to[3] = 255;
        if (s->alpha == 0) continue;
        unsigned alpha = is_apart ? sample(s, planes[colors], x) : sample(s, planes[0], (size_t)x * s->samples + colors);
        to[3] = (uint8_t)alpha;
        if (s->alpha != EXTRASAMPLE_ASSOCALPHA || alpha == 0 || alpha == 255) continue;
        for (int c = 0; c < 3; c++) {
            unsigned level = 255u * to[c] / alpha;
            to[c] = (uint8_t)(level > 255 ? 255 : level);
        }
    }
}
