// SPDX-License-Identifier: Apache-2.0
//
// Barnes-Hut t-SNE (van der Maaten 2014, "Accelerating t-SNE using tree-based algorithms"). The quadtree is made from the
// points in the order of a Z-curve: a square is a run of points whose numbers begin alike, and the squares lie in depth
// first order, so that a walk goes forward through memory and needs no stack.
#include "include/CLayoutKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Bits of a coordinate: as many as a float holds.
enum { levels = 24 };

typedef struct {
    uint64_t code;
    uint32_t point;
} key;

static uint64_t spread_bits(uint64_t x) {
    x = (x | x << 16) & 0x0000FFFF0000FFFFu;
    x = (x | x << 8) & 0x00FF00FF00FF00FFu;
    x = (x | x << 4) & 0x0F0F0F0F0F0F0F0Fu;
    x = (x | x << 2) & 0x3333333333333333u;
    return (x | x << 1) & 0x5555555555555555u;
}

/// By code, of equal ones by point: each pass keeps the order of the one before.
static void sort_keys(key *keys, key *other, size_t count) {
    for (unsigned shift = 0; shift < 2 * levels; shift += 8) {
        size_t places[257] = {0};
        for (size_t i = 0; i < count; i++) places[(keys[i].code >> shift & 0xFF) + 1]++;
        for (size_t i = 0; i < 256; i++) places[i + 1] += places[i];
        for (size_t i = 0; i < count; i++) other[places[keys[i].code >> shift & 0xFF]++] = keys[i];
        key *swapped = keys;
        keys = other;
        other = swapped;
    }
    // An even number of passes: the result is where it began.
}

typedef struct {
    const float *points;
    const key *keys;
    nl_cell *cells;
    size_t count;
    /// Of the whole square.
    double side;
} tree;

/// Adds the square that keys[first..<end] lie in, and what is inside; at most `levels` deep.
static void add_cell(tree *tree, size_t first, size_t end) {
    nl_cell *cell = &tree->cells[tree->count++];
    const uint64_t difference = tree->keys[first].code ^ tree->keys[end - 1].code;
    double x = 0, y = 0;
    if (difference == 0) {
        for (size_t i = first; i < end; i++) {
            x += tree->points[2 * tree->keys[i].point];
            y += tree->points[2 * tree->keys[i].point + 1];
        }
        cell->squared_side = 0;
    } else {
        // The squares between that hold all of the points are left out.
        const unsigned pair = (63u - (unsigned)__builtin_clzll(difference)) / 2;
        const double side = ldexp(tree->side, (int)pair + 1 - levels);
        cell->squared_side = (float)(side * side);
        size_t start = first;
        while (start < end) {
            const uint64_t quarter = tree->keys[start].code >> 2 * pair;
            size_t low = start + 1, high = end;
            while (low < high) {
                const size_t middle = low + (high - low) / 2;
                if (tree->keys[middle].code >> 2 * pair == quarter) low = middle + 1;
                else high = middle;
            }
            const nl_cell *child = &tree->cells[tree->count];
            add_cell(tree, start, low);
            x += (double)child->x * child->mass;
            y += (double)child->y * child->mass;
            start = low;
        }
    }
    cell->mass = (float)(end - first);
    cell->x = (float)(x / cell->mass);
    cell->y = (float)(y / cell->mass);
    cell->next = (uint32_t)tree->count;
}

size_t nl_tree(const float *points, size_t count, uint32_t *order, nl_cell *cells) {
    if (count == 0) return 0;
    key *keys = malloc(2 * count * sizeof(key));
    if (!keys) return 0;
    float low[2] = {points[0], points[1]}, high[2] = {points[0], points[1]};
    for (size_t i = 0; i < 2 * count; i++) {
        low[i & 1] = fminf(low[i & 1], points[i]);
        high[i & 1] = fmaxf(high[i & 1], points[i]);
    }
    const double side = fmax((double)high[0] - low[0], (double)high[1] - low[1]) * (1 + 1e-6);
    const double factor = side > 0 ? (1 << levels) / side : 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t x = (uint64_t)(((double)points[2 * i] - low[0]) * factor);
        const uint64_t y = (uint64_t)(((double)points[2 * i + 1] - low[1]) * factor);
        keys[i] = (key){spread_bits(x) | spread_bits(y) << 1, (uint32_t)i};
    }
    sort_keys(keys, keys + count, count);
    for (size_t i = 0; i < count; i++) order[i] = keys[i].point;
    tree tree = {points, keys, cells, 0, side};
    add_cell(&tree, 0, count);
    free(keys);
    return tree.count;
}

/// A square counts as one point if its side is at most theta times its distance. One that the point lies in never does while
/// theta is below the square root of a half; its own leaf adds 1 to the sum and no force, which is taken off again.
static void repel(
    float x, float y, const nl_cell *cells, size_t cell_count, float squared_theta, float *out
) {
    float force_x = 0, force_y = 0, sum = -1;
    size_t at = 0;
    while (at < cell_count) {
        const nl_cell *cell = &cells[at];
        const float dx = x - cell->x, dy = y - cell->y;
        const float distance = dx * dx + dy * dy;
        if (cell->squared_side <= squared_theta * distance) {
            const float q = 1 / (1 + distance);
            const float share = cell->mass * q;
            sum += share;
            force_x += share * q * dx;
            force_y += share * q * dy;
            at = cell->next;
        } else {
            at++;
        }
    }
    out[2] = force_x;
    out[3] = force_y;
    out[4] = sum;
}

void nl_forces(
    const float *points, const nl_cell *cells, size_t cell_count, const uint32_t *order, size_t first, size_t end,
    const uint32_t *starts, const uint32_t *columns, const float *values, float squared_theta, float *out
) {
    for (size_t i = first; i < end; i++, out += 5) {
        const uint32_t point = order[i];
        const float x = points[2 * point], y = points[2 * point + 1];
        float force_x = 0, force_y = 0;
        for (uint32_t j = starts[point]; j < starts[point + 1]; j++) {
            const float dx = x - points[2 * columns[j]], dy = y - points[2 * columns[j] + 1];
            const float share = values[j] / (1 + dx * dx + dy * dy);
            force_x += share * dx;
            force_y += share * dy;
        }
        out[0] = force_x;
        out[1] = force_y;
        repel(x, y, cells, cell_count, squared_theta, out);
    }
}

void nl_step(
    float *points, float *velocities, float *gains, size_t count, const uint32_t *order, const float *forces,
    float exaggeration, float learning_rate, float momentum, float longest_step
) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += forces[5 * i + 4];
    // Of points that all lie far apart nothing is left of it; then nothing repels.
    const float repulsion = sum > 1e-30 ? (float)(1 / sum) : 0;
    double middle_x = 0, middle_y = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t point = order[i];
        float step[2];
        for (size_t axis = 0; axis < 2; axis++) {
            const size_t at = 2 * point + axis;
            const float gradient = exaggeration * forces[5 * i + axis] - repulsion * forces[5 * i + 2 + axis];
            const bool has_turned = (gradient > 0) != (velocities[at] > 0);
            gains[at] = fmaxf(has_turned ? gains[at] + 0.2f : gains[at] * 0.8f, 0.01f);
            step[axis] = momentum * velocities[at] - learning_rate * gains[at] * gradient;
        }
        const float length = sqrtf(step[0] * step[0] + step[1] * step[1]);
        const float factor = length > longest_step ? longest_step / length : 1;
        for (size_t axis = 0; axis < 2; axis++) {
            const size_t at = 2 * point + axis;
            velocities[at] = step[axis] * factor;
            points[at] += velocities[at];
        }
        middle_x += points[2 * point];
        middle_y += points[2 * point + 1];
    }
    const float x = (float)(middle_x / (double)count), y = (float)(middle_y / (double)count);
    for (size_t i = 0; i < count; i++) {
        points[2 * i] -= x;
        points[2 * i + 1] -= y;
    }
}
