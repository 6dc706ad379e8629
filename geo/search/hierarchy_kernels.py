"""The compiled loops that make and customize a hierarchy; vertices are their ranks here, the least important is 0."""

import numpy as np

from geo.compiled import compiled

# Two of them still fit into 32 bits. A way this long, twelve days, is no way.
NEVER = 2**30 - 1


@compiled
def chordal(tail, head, rank, count):
    """The up arcs, up_first (V+1,) and up_head (U,), that contracting all vertices in order leaves."""
    first = np.zeros(count + 1, np.int64)
    for a in range(len(head)):
        u, v = rank[tail[a]], rank[head[a]]
        if u != v:
            first[min(u, v) + 1] += 1
    for v in range(count):
        first[v + 1] += first[v]
    higher = np.empty(first[count], np.int32)
    cursor = first[:count].copy()
    for a in range(len(head)):
        u, v = rank[tail[a]], rank[head[a]]
        if u != v:
            low = min(u, v)
            higher[cursor[low]] = max(u, v)
            cursor[low] += 1
    up_first = np.zeros(count + 1, np.int64)
    up_head = np.empty(2 * len(higher) + 16, np.int32)
    size = 0
    seen = np.full(count, -1, np.int32)
    child = np.full(count, -1, np.int32)
    sibling = np.full(count, -1, np.int32)
    for v in range(count):
        begin = size
        # All upper neighbours of a child hang together once it is gone, and its lowest is v itself.
        c = -2
        while c != -1:
            if c == -2:
                source, low, high = higher, first[v], first[v + 1]
            else:
                source, low, high = up_head, up_first[c] + 1, up_first[c + 1]
            if size + high - low > len(up_head):
                up_head = np.concatenate((up_head, np.empty(len(up_head) + high - low, np.int32)))
                source = up_head if c != -2 else source
            for at in range(low, high):
                y = source[at]
                if seen[y] != v:
                    seen[y] = v
                    up_head[size] = y
                    size += 1
            c = child[v] if c == -2 else sibling[c]
        up_head[begin:size].sort()
        up_first[v + 1] = size
        if size > begin:
            parent = up_head[begin]
            sibling[v] = child[parent]
            child[parent] = v
    return up_first, up_head[:size].copy()


@compiled
def arc_codes(tail, head, rank, up_first, up_head):
    """For each arc 2 * (its up arc) + (1 where it leads down), -1 for a loop: (A,) int64."""
    code = np.empty(len(head), np.int64)
    for a in range(len(head)):
        u, v = rank[tail[a]], rank[head[a]]
        if u == v:
            code[a] = -1
            continue
        low, high = min(u, v), max(u, v)
        begin, end = up_first[low], up_first[low + 1]
        at = begin + np.searchsorted(up_head[begin:end], high)
        code[a] = 2 * at + (1 if u > v else 0)
    return code


@compiled
def lower_arcs(up_first, up_head):
    """The up arcs by their head: low_first (V+1,), low_tail (U,) rising for each head, low_arc (U,)."""
    count = len(up_first) - 1
    low_first = np.zeros(count + 1, np.int64)
    for y in up_head:
        low_first[y + 1] += 1
    for v in range(count):
        low_first[v + 1] += low_first[v]
    cursor = low_first[:count].copy()
    low_tail = np.empty(len(up_head), np.int32)
    low_arc = np.empty(len(up_head), np.int32)
    for x in range(count):
        for arc in range(up_first[x], up_first[x + 1]):
            at = cursor[up_head[arc]]
            low_tail[at] = x
            low_arc[at] = arc
            cursor[up_head[arc]] += 1
    return low_first, low_tail, low_arc


@compiled
def customize_basic(code, weight, up_first, up_head):
    """Weights of the up arcs, upwards and downwards (U,) int32 each, no longer than any way through lower vertices."""
    up = np.full(len(up_head), NEVER, np.int32)
    down = np.full(len(up_head), NEVER, np.int32)
    for a in range(len(code)):
        if code[a] >= 0:
            arc = code[a] >> 1
            side = down if code[a] & 1 else up
            side[arc] = min(side[arc], weight[a])
    for z in range(len(up_first) - 1):
        end = up_first[z + 1]
        for i in range(up_first[z], end):
            to_z, from_z = down[i], up[i]
            if to_z == NEVER and from_z == NEVER:
                continue
            at = up_first[up_head[i]]
            for j in range(i + 1, end):
                y = up_head[j]
                while up_head[at] != y:
                    at += 1
                up[at] = min(up[at], np.int32(to_z + up[j]))
                down[at] = min(down[at], np.int32(down[j] + from_z))
    return up, down


@compiled
def customize_perfect(up_first, up_head, up, down):
    """The weights as lengths of shortest ways in the whole graph: (U,) int32 each."""
    best_up, best_down = up.copy(), down.copy()
    for x in range(len(up_first) - 2, -1, -1):
        end = up_first[x + 1]
        for i in range(up_first[x], end):
            at = up_first[up_head[i]]
            for j in range(i + 1, end):
                z = up_head[j]
                while up_head[at] != z:
                    at += 1
                best_up[i] = min(best_up[i], np.int32(up[j] + best_down[at]))
                best_up[j] = min(best_up[j], np.int32(up[i] + best_up[at]))
                best_down[i] = min(best_down[i], np.int32(best_up[at] + down[j]))
                best_down[j] = min(best_down[j], np.int32(best_down[at] + down[i]))
    return best_up, best_down


@compiled
def keep_needed(parent, up_first, up_head, weight, best):
    """The up graph of the arcs that are shortest ways themselves, as way_kernels describes it."""
    count = len(up_first) - 1
    kept = 0
    for arc in range(len(up_head)):
        if weight[arc] < NEVER and weight[arc] == best[arc]:
            kept += 1
    node = np.full((count + 1, 2), -1, np.int32)
    needed = np.empty((kept, 2), np.int32)
    at = 0
    for x in range(count):
        node[x, 0], node[x, 1] = parent[x], at
        for arc in range(up_first[x], up_first[x + 1]):
            if weight[arc] < NEVER and weight[arc] == best[arc]:
                needed[at, 0], needed[at, 1] = up_head[arc], weight[arc]
                at += 1
    node[count, 1] = at
    return node, needed
