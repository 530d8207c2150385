// SPDX-License-Identifier: Apache-2.0
//
// The loops of layouts in the plane: principal components, nearest neighbors, and Barnes-Hut t-SNE. Each function works on a
// range and writes what belongs to that range alone, and sums in an order that depends on its arguments alone: so results
// are the same however many threads share the work. What is done when is decided in Swift.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Principal components

/// out[i, j] = (rows[i] - mean) . directions[j]; rows are of shape [count, dimensions], directions [k, dimensions].
void nl_project(
    const float *rows, size_t count, size_t dimensions, const float *mean, const float *directions, size_t k, float *out);
/// sums[j] += the sum over i of weights[i, j] (rows[i] - mean); weights are of shape [count, k], sums [k, dimensions].
void nl_accumulate(
    const float *rows, size_t count, size_t dimensions, const float *mean, const float *weights, size_t k, float *sums);
/// Makes k vectors orthonormal, in order (Gram-Schmidt, twice). One that depends on those before it becomes zero.
void nl_orthonormalize(float *vectors, size_t k, size_t dimensions);

// MARK: Neighbors

/// How many points lie together in what `nl_interleave` makes.
enum { nl_lanes = 8 };

/// Puts points of shape [count, dimensions] into the shape [ceil(count / 8), dimensions, 8], zeros behind the last.
void nl_interleave(const float *points, size_t count, size_t dimensions, float *out);
/// The `wanted` points nearest to each of `query_count` queries of shape [query_count, dimensions], nearest first, of equally near
/// ones the first; by squared Euclidean distance. `excluded`: the number of the point that the first query is and that is left out, the
/// following one of the second, and so on; -1: none. There are at least `wanted` points beside that.
void nl_neighbors(
    const float *interleaved, size_t count, size_t dimensions, const float *queries, size_t query_count,
    int64_t excluded, size_t wanted, uint32_t *indices, float *distances);

// MARK: t-SNE

/// The share of each neighbor (rows of `width` squared distances) such that a row's entropy is that of `perplexity` equal shares.
void nl_affinities(const float *distances, size_t count, size_t width, double perplexity, float *shares);
/// (p[i, j] + p[j, i]) / 2 n as sparse rows: `starts` of shape [count + 1], `columns` and `values` with room for 2 count width, in
/// order of columns. `false` if there is no memory.
bool nl_symmetrize(
    const uint32_t *neighbors, const float *shares, size_t count, size_t width, uint32_t *starts, uint32_t *columns,
    float *values);

/// A square of the quadtree: those inside it follow it, up to `next`.
typedef struct {
    float x, y, mass;
    /// The squared side; 0 of a leaf.
    float squared_side;
    uint32_t next;
} nl_cell;

/// A quadtree over points of shape [count, 2], in depth first order. `order` receives the points along the curve that
/// the tree follows; `cells` has room for 2 count. Returns the number of cells, 0 if there is no memory.
size_t nl_tree(const float *points, size_t count, uint32_t *order, nl_cell *cells);
/// The forces on the points order[first..<end]. `out` has three numbers a point, in this order: the two of what attracts times
/// `exaggeration` and what repels are written apart: attraction x, y, repulsion x, y, and its share of the sum Z: five.
void nl_forces(
    const float *points, const nl_cell *cells, size_t cell_count, const uint32_t *order, size_t first, size_t end,
    const uint32_t *starts, const uint32_t *columns, const float *values, float squared_theta, float *out);
/// One step of gradient descent with momentum and gains; `forces` of shape [count, 5] in the order of `order`.
void nl_step(
    float *points, float *velocities, float *gains, size_t count, const uint32_t *order, const float *forces,
    float exaggeration, float learning_rate, float momentum, float longest_step);
