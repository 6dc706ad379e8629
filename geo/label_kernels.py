"""The compiled loops that keep vehicles' labels and the buckets that they fill; vertices are ranks as in way_kernels.

A vehicle has SIDES slots; the rows of slots are vertex (-1 where empty), the street to it that the vehicle is on, the
ms until it is there, the ms that the vehicle waits before it moves (the same in all its slots), and start, size and
room of its label in the pool hubs (P, 2) of hubs and the ms to each. The ms of a slot are kept apart from the label, so
that driving along a street changes no label. A hub's bucket lists the keys
(ms << 32 | slot) of all labels with it, rising; the rows of buckets (V, 3) are its start, size and room in the pool
keys. What outgrows its room in a pool goes to the pool's end.
"""

import numpy as np

from geo.compiled import compiled
from geo.hierarchy_kernels import NEVER
from geo.way_kernels import label

SIDES = 4
SLOT = 2**32 - 1  # the part of a key that is the slot
# The columns of slots.
COLUMNS = 7
VERTEX, STREET, OFFSET, WAIT, START, SIZE, ROOM = range(COLUMNS)
_SPARE = 4


@compiled
def empty_slots(count):
    """The slots of `count` vehicles that are nowhere."""
    slots = np.zeros((count * SIDES, COLUMNS), np.int32)
    slots[:, VERTEX] = -1
    return slots


@compiled
def fill(slots, node, arc, back_node, back_arc):
    """Make all labels and buckets anew: writes the labels' places into slots; returns hubs, buckets, keys and used.

    used (2,): the ends of the pools hubs and keys.
    """
    count = len(node) - 1
    dist = np.full(count, NEVER, np.int32)
    hub, hub_ms = np.empty(count, np.int32), np.empty(count, np.int32)
    hubs = np.empty((1024, 2), np.int32)
    buckets = np.zeros((count, 3), np.int32)
    used = np.zeros(2, np.int64)
    for s in range(len(slots)):
        slots[s, START:] = 0
        if slots[s, VERTEX] >= 0:
            size = label(slots[s, VERTEX], node, arc, back_node, back_arc, dist, hub, hub_ms)
            hubs = _write_label(slots, s, hubs, used, hub[:size], hub_ms[:size])
            for i in range(size):
                buckets[hub[i], 1] += 1
    for v in range(count):
        if buckets[v, 1] > 0:
            buckets[v, 0], buckets[v, 2] = used[1], _with_room(buckets[v, 1])
            used[1] += buckets[v, 2]
    keys = np.empty(max(1024, used[1]), np.int64)
    buckets[:, 1] = 0
    for s in range(len(slots)):
        for at in range(slots[s, START], slots[s, START] + slots[s, SIZE]):
            v = hubs[at, 0]
            keys[buckets[v, 0] + buckets[v, 1]] = _key(hubs[at, 1], s)
            buckets[v, 1] += 1
    for v in range(count):
        if buckets[v, 1] > 1:
            keys[buckets[v, 0] : buckets[v, 0] + buckets[v, 1]].sort()
    return hubs, buckets, keys, used


@compiled
def place(vehicle, new_vertex, new_street, new_ms, new_wait, slots, changed):
    """Put vehicles (n,) on their new places (n, P), -1 for none; lists in changed the slots that need another label.

    new_wait (n,): the ms that each waits. A slot whose vertex stays keeps its label: then only street and ms are
    written. Returns how many changed.
    """
    count = 0
    taken = np.zeros(SIDES, np.bool_)
    for i in range(len(vehicle)):
        base = vehicle[i] * SIDES
        slots[base : base + SIDES, WAIT] = new_wait[i]
        taken[:] = False
        given = new_vertex[i].copy()
        for turn in range(2):  # first the places whose vertex has a slot, then those that take one over
            for p in range(len(given)):
                side = -1
                for s in range(SIDES):
                    if not taken[s] and (turn == 1 or slots[base + s, VERTEX] == given[p]):
                        side = s
                if given[p] < 0 or side < 0:
                    continue
                taken[side] = True
                if turn == 1:
                    slots[base + side, VERTEX] = given[p]
                    changed[count] = base + side
                    count += 1
                slots[base + side, STREET], slots[base + side, OFFSET] = new_street[i, p], new_ms[i, p]
                given[p] = -1
        for side in range(SIDES):
            if not taken[side] and slots[base + side, VERTEX] >= 0:
                slots[base + side, VERTEX] = -1
                changed[count] = base + side
                count += 1
    return count


@compiled
def relabel(changed, slots, hubs, buckets, keys, used, mark, node, arc, back_node, back_arc, dist, hub, hub_ms):
    """Give slots the labels of their vertices and put these into the buckets; returns hubs and keys, maybe longer.

    mark (V,) must be -1 everywhere, dist (V,) NEVER, and they are so afterwards.
    """
    for s in changed:
        size = 0
        if slots[s, VERTEX] >= 0:
            size = label(slots[s, VERTEX], node, arc, back_node, back_arc, dist, hub, hub_ms)
        for i in range(size):
            mark[hub[i]] = hub_ms[i]
        # Nearly all hubs stay when a vehicle goes one street on, and their keys move by a few places.
        for at in range(slots[s, START], slots[s, START] + slots[s, SIZE]):
            v = hubs[at, 0]
            if mark[v] < 0:
                _take_out(keys, buckets, v, _key(hubs[at, 1], s))
            elif mark[v] != hubs[at, 1]:
                _move(keys, buckets, v, _key(hubs[at, 1], s), _key(mark[v], s))
            mark[v] = -1
        for i in range(size):
            if mark[hub[i]] >= 0:
                mark[hub[i]] = -1
                keys = _put_in(keys, used, buckets, hub[i], _key(hub_ms[i], s))
        hubs = _write_label(slots, s, hubs, used, hub[:size], hub_ms[:size])
    return hubs, keys


@compiled
def _key(ms, slot):
    return np.int64(ms) << 32 | slot


@compiled
def _with_room(size):
    return size + (size >> 2) + _SPARE


@compiled
def _write_label(slots, s, hubs, used, hub, hub_ms):
    """Write a label into its room, or a new one at the end where it does not fit; returns the pool."""
    size = len(hub)
    if size > slots[s, ROOM]:
        slots[s, START], slots[s, ROOM] = used[0], _with_room(size)
        used[0] += slots[s, ROOM]
        if used[0] > len(hubs):
            more = np.empty((2 * used[0], 2), np.int32)
            more[: len(hubs)] = hubs
            hubs = more
    slots[s, SIZE] = size
    for i in range(size):
        hubs[slots[s, START] + i, 0] = hub[i]
        hubs[slots[s, START] + i, 1] = hub_ms[i]
    return hubs


@compiled
def _take_out(keys, buckets, v, key):
    begin, end = buckets[v, 0], buckets[v, 0] + buckets[v, 1]
    for at in range(begin + np.searchsorted(keys[begin:end], key), end - 1):
        keys[at] = keys[at + 1]
    buckets[v, 1] -= 1


@compiled
def _move(keys, buckets, v, key, new_key):
    begin, end = buckets[v, 0], buckets[v, 0] + buckets[v, 1]
    at = begin + np.searchsorted(keys[begin:end], key)
    while at + 1 < end and keys[at + 1] < new_key:
        keys[at] = keys[at + 1]
        at += 1
    while at > begin and keys[at - 1] > new_key:
        keys[at] = keys[at - 1]
        at -= 1
    keys[at] = new_key


@compiled
def _put_in(keys, used, buckets, v, key):
    """Put a key into its bucket, which goes to the end of the pool where it is full; returns the pool."""
    if buckets[v, 1] == buckets[v, 2]:
        begin, size = buckets[v, 0], buckets[v, 1]
        buckets[v, 0], buckets[v, 2] = used[1], 2 * size + _SPARE
        used[1] += buckets[v, 2]
        if used[1] > len(keys):
            more = np.empty(2 * used[1], np.int64)
            more[: len(keys)] = keys
            keys = more
        keys[buckets[v, 0] : buckets[v, 0] + size] = keys[begin : begin + size]
    at = buckets[v, 0] + buckets[v, 1]
    while at > buckets[v, 0] and keys[at - 1] > key:
        keys[at] = keys[at - 1]
        at -= 1
    keys[at] = key
    buckets[v, 1] += 1
    return keys
