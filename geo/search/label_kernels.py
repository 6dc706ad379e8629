"""The compiled loops that keep vehicles' labels and the buckets that they fill; vertices are ranks as in way_kernels.

A vehicle has SIDES slots; the rows of slots are vertex (-1 where empty), the street to it that the vehicle is on, the
ms until it is there, the ms that the vehicle waits before it moves (the same in all its slots), and start, size and
room of its label in the pool hubs (P, 3) of hubs, the ms to each and where in the hub's bucket its key was when it was
written: near to where it is. The ms of a slot are kept apart from the label, so that driving along a street changes no
label. A hub's bucket lists the keys (ms << 32 | slot) of all labels with it, rising; the rows of buckets (V, 3) are its
first place in the pool keys, how many keys it has and how many it has room for. What outgrows its room in a pool goes
to the pool's end.
"""

import numpy as np

from geo.compiled import compiled
from geo.roads.turns import MOST_WAYS_ON
from geo.search.hierarchy_kernels import NEVER
from geo.search.way_kernels import label

SIDES = MOST_WAYS_ON
SLOT = 2**32 - 1  # the part of a key that is the slot
# The columns of slots.
COLUMNS = 7
VERTEX, STREET, OFFSET, WAIT, START, SIZE, ROOM = range(COLUMNS)
# The columns of hubs.
HUB, MS, SPOT = range(3)
# The columns of buckets.
FIRST, MANY, MOST = range(3)
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
    hubs, spot = np.empty((1024, 3), np.int32), np.zeros(count, np.int32)
    buckets = np.zeros((count, 3), np.int32)
    used = np.zeros(2, np.int64)
    for s in range(len(slots)):
        slots[s, START:] = 0
        if slots[s, VERTEX] >= 0:
            size = label(slots[s, VERTEX], node, arc, back_node, back_arc, dist, hub, hub_ms)
            hubs = _write_label(slots, s, hubs, used, hub[:size], hub_ms, spot)
            for i in range(size):
                buckets[hub[i], MANY] += 1
    for v in range(count):
        if buckets[v, MANY] > 0:
            buckets[v, FIRST], buckets[v, MOST] = used[1], _with_room(buckets[v, MANY])
            used[1] += buckets[v, MOST]
    keys = np.empty(max(1024, used[1]), np.int64)
    buckets[:, MANY] = 0
    for s in range(len(slots)):
        for at in range(slots[s, START], slots[s, START] + slots[s, SIZE]):
            v = hubs[at, HUB]
            keys[buckets[v, FIRST] + buckets[v, MANY]] = _key(hubs[at, MS], s)
            buckets[v, MANY] += 1
    for v in range(count):
        if buckets[v, MANY] > 1:
            _bucket(keys, buckets, v).sort()
    cursor = slots[:, START].copy()
    for v in range(count):  # labels rise by their hubs, so that each one's next entry is of this hub
        for i in range(buckets[v, MANY]):
            s = keys[buckets[v, FIRST] + i] & SLOT
            hubs[cursor[s], SPOT] = i
            cursor[s] += 1
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
def move(
    vehicle, vertex, street, ms, wait, slots, hubs, buckets, keys, used, mark, node, arc, back_node, back_arc, dist,
    hub, hub_ms, spot,
):  # fmt: skip
    """Put vehicles on new places, as `place`, with the labels that these take; returns hubs and keys, maybe longer.

    mark (V,) must be -1 everywhere, dist (V,) NEVER, and they are so afterwards; hub, hub_ms and spot (V,) are written.
    """
    changed = np.empty(len(vehicle) * SIDES, np.int64)
    many = place(vehicle, vertex, street, ms, wait, slots, changed)
    for s in changed[:many]:
        size = 0
        if slots[s, VERTEX] >= 0:
            size = label(slots[s, VERTEX], node, arc, back_node, back_arc, dist, hub, hub_ms)
        for i in range(size):
            mark[hub[i]] = i
        # Nearly all hubs stay when a vehicle goes one street on, and their keys move by a few places.
        for at in range(slots[s, START], slots[s, START] + slots[s, SIZE]):
            v, key, i = hubs[at, HUB], _key(hubs[at, MS], s), mark[hubs[at, HUB]]
            if i < 0:
                _take_out(keys, buckets, v, key, hubs[at, SPOT])
            else:
                spot[i] = _move(keys, buckets, v, key, _key(hub_ms[i], s), hubs[at, SPOT])
                mark[v] = -1
        for i in range(size):
            if mark[hub[i]] >= 0:
                mark[hub[i]] = -1
                keys, spot[i] = _put_in(keys, used, buckets, hub[i], _key(hub_ms[i], s))
        hubs = _write_label(slots, s, hubs, used, hub[:size], hub_ms, spot)
    return hubs, keys


@compiled
def _key(ms, slot):
    return np.int64(ms) << 32 | slot


@compiled
def _with_room(size):
    return size + (size >> 2) + _SPARE


@compiled
def _write_label(slots, s, hubs, used, hub, hub_ms, spot):
    """Write a label into its room, or a new one at the end where it does not fit; returns the pool."""
    size = len(hub)
    if size > slots[s, ROOM]:
        slots[s, START], slots[s, ROOM] = used[0], _with_room(size)
        used[0] += slots[s, ROOM]
        if used[0] > len(hubs):
            hubs = np.concatenate((hubs, np.empty((2 * used[0] - len(hubs), 3), np.int32)))
    slots[s, SIZE] = size
    for i in range(size):
        at = slots[s, START] + i
        hubs[at, HUB], hubs[at, MS], hubs[at, SPOT] = hub[i], hub_ms[i], spot[i]
    return hubs


@compiled
def _bucket(keys, buckets, v):
    return keys[buckets[v, FIRST] : buckets[v, FIRST] + buckets[v, MANY]]


@compiled
def _take_out(keys, buckets, v, key, spot):
    bucket = _bucket(keys, buckets, v)
    _shift_down(bucket[_find(bucket, key, spot) :])
    buckets[v, MANY] -= 1


@compiled
def _move(keys, buckets, v, key, new_key, spot):
    """Put a new key in the place of one that was near a spot of its bucket; returns where the new one is."""
    bucket = _bucket(keys, buckets, v)
    at = _find(bucket, key, spot)
    to = _find(bucket, new_key, at)
    if to > at:
        to -= 1
        _shift_down(bucket[at : to + 1])
    else:
        _shift_up(bucket[to : at + 1])
    bucket[to] = new_key
    return to


@compiled
def _put_in(keys, used, buckets, v, key):
    """Put a key into its bucket, which goes to the end of the pool where it is full; returns the pool and the place."""
    bucket = _bucket(keys, buckets, v)
    if len(bucket) == buckets[v, MOST]:
        buckets[v, FIRST], buckets[v, MOST] = used[1], 2 * len(bucket) + _SPARE
        used[1] += buckets[v, MOST]
        if used[1] > len(keys):
            keys = np.concatenate((keys, np.empty(2 * used[1] - len(keys), np.int64)))
        _bucket(keys, buckets, v)[:] = bucket
    at = np.searchsorted(bucket, key)
    buckets[v, MANY] += 1
    bucket = _bucket(keys, buckets, v)
    _shift_up(bucket[at:])
    bucket[at] = key
    return keys, at


@compiled
def _find(bucket, key, spot):
    """The first place whose key is not below the given one; the search goes outwards from a spot."""
    at, step = min(spot, len(bucket) - 1), 1
    if bucket[at] < key:
        low = at + 1
        while low < len(bucket) and bucket[min(low + step, len(bucket)) - 1] < key:
            low = min(low + step, len(bucket))
            step *= 2
        high = min(low + step, len(bucket))
    else:
        high = at
        while high > 0 and bucket[max(high - step, 0)] >= key:
            high = max(high - step, 0)
            step *= 2
        low = max(high - step, 0)
    while low < high:
        middle = (low + high) >> 1
        if bucket[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _shift_down(part):
    for i in range(len(part) - 1):
        part[i] = part[i + 1]


@compiled
def _shift_up(part):
    for i in range(len(part) - 1, 0, -1):
        part[i] = part[i - 1]
