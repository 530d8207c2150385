// SPDX-License-Identifier: Apache-2.0
#include "include/CLayoutKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void nl_interleave(const float *points, size_t count, size_t dimensions, float *out) {
    const size_t blocks = (count + nl_lanes - 1) / nl_lanes;
    memset(out, 0, blocks * nl_lanes * dimensions * sizeof(float));
    for (size_t i = 0; i < count; i++) {
        float *block = out + i / nl_lanes * nl_lanes * dimensions;
        for (size_t d = 0; d < dimensions; d++) block[d * nl_lanes + i % nl_lanes] = points[i * dimensions + d];
    }
}

/// Shares of one row for a precision, which add up to 1; returns their entropy.
static double shares_at(const float *distances, size_t width, double precision, float *shares) {
    double sum = 0, weighted = 0;
    for (size_t j = 0; j < width; j++) {
        // The nearest has the exponent 0, so the sum is 1 at least.
        const double distance = (double)distances[j] - distances[0];
        const float share = expf((float)(-precision * distance));
        shares[j] = share;
        sum += share;
        weighted += share * distance;
    }
    for (size_t j = 0; j < width; j++) shares[j] = (float)(shares[j] / sum);
    return log(sum) + precision * weighted / sum;
}

void nl_affinities(const float *distances, size_t count, size_t width, double perplexity, float *shares) {
    const double wanted = log(perplexity);
    for (size_t i = 0; i < count; i++) {
        const float *row = distances + i * width;
        // In the unit of the row itself, so that any scale of distances does.
        double spread = 0;
        for (size_t j = 0; j < width; j++) spread += (double)row[j] - row[0];
        spread /= (double)width;
        double low = 0, high = INFINITY, precision = spread > 0 ? 1 / spread : 1;
        for (int round = 0; round < 64; round++) {
            const double excess = shares_at(row, width, precision, shares + i * width) - wanted;
            if (fabs(excess) < 1e-5 || !(spread > 0)) break;
            if (excess > 0) {
                low = precision;
                precision = isinf(high) ? precision * 2 : (low + high) / 2;
            } else {
                high = precision;
                precision = (low + high) / 2;
            }
        }
    }
}

typedef struct {
    uint32_t column;
    float value;
} entry;

static int by_column(const void *left, const void *right) {
    const uint32_t a = ((const entry *)left)->column, b = ((const entry *)right)->column;
    return a < b ? -1 : a > b;
}

bool nl_symmetrize(
    const uint32_t *neighbors, const float *shares, size_t count, size_t width, uint32_t *starts, uint32_t *columns,
    float *values
) {
    const size_t most = 2 * count * width;
    entry *entries = malloc((most ? most : 1) * sizeof(entry));
    size_t *rows = calloc(count + 1, sizeof(size_t));
    if (!entries || !rows) {
        free(entries);
        free(rows);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        rows[i] += width;
        for (size_t j = 0; j < width; j++) rows[neighbors[i * width + j]]++;
    }
    size_t sum = 0;
    for (size_t i = 0; i <= count; i++) {
        const size_t length = rows[i];
        rows[i] = sum;
        sum += length;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < width; j++) {
            const uint32_t other = neighbors[i * width + j];
            const float share = shares[i * width + j];
            entries[rows[i]++] = (entry){other, share};
            entries[rows[other]++] = (entry){(uint32_t)i, share};
        }
    }
    // Each row's number is now where it ends.
    const float factor = 1 / (2 * (float)count);
    size_t written = 0, start = 0;
    for (size_t i = 0; i < count; i++) {
        starts[i] = (uint32_t)written;
        qsort(entries + start, rows[i] - start, sizeof(entry), by_column);
        for (size_t j = start; j < rows[i]; j++) {
            if (written > starts[i] && columns[written - 1] == entries[j].column) {
                values[written - 1] += entries[j].value * factor;
            } else {
                columns[written] = entries[j].column;
                values[written++] = entries[j].value * factor;
            }
        }
        start = rows[i];
    }
    starts[count] = (uint32_t)written;
    free(entries);
    free(rows);
    return true;
}
