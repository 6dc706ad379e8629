"""The compiled loops that find vehicles by the labels and buckets that label_kernels keeps and describes.

Vertices are their ranks, as there.
"""

import numpy as np

from geo.compiled import compiled
from geo.search.hierarchy_kernels import NEVER
from geo.search.label_kernels import FIRST, HUB, MANY, MS, OFFSET, SIDES, SIZE, SLOT, START, STREET, VERTEX, WAIT
from geo.search.way_kernels import climb, next_up

FAR = 2**62
# Keeping the k soonest in order costs this times k k, where reading a vehicle's label costs 1; measured on Porto and
# Jakarta, as is the factor labels_cost_less.
_ORDER_COSTS = 0.04


@compiled
def soonest(target, on, most, labels_cost_less, eligible, scratch, node, arc, slots, hubs, buckets, keys):
    """The `most` soonest of the eligible: (2, found) of vehicle and ms.

    target (2, n): vertices and ms. on (3, s): streets, the vertices that they lead to and the ms on to those. scratch
    (2, V) is NEVER everywhere in its first row, and so afterwards. Reading the labels of m eligible of n costs as m,
    reading buckets for the k soonest as k n / m by the factor labels_cost_less: what costs less is read.
    """
    many = 0
    for vehicle in range(len(eligible)):
        many += eligible[vehicle]
    want = min(most, many)
    top = np.empty((2, want), np.int64)
    if want == 0:
        return top
    dist, space = scratch[0], scratch[1]
    few = many * many <= want * len(eligible) * labels_cost_less or many <= want * want * _ORDER_COSTS
    if few or want == many:
        reached = climb(target[0], target[1], node, arc, dist, space)
        found = _by_labels(many, on, eligible, dist, slots, hubs, top)
        for i in range(reached):
            dist[space[i]] = NEVER
    else:
        found = _straight(on, eligible, slots, buckets, keys, top)
        found = _by_buckets(target[0], target[1], eligible, node, arc, dist, slots, buckets, keys, top, found)
    for i in range(found):
        top[1, i] -= slots[top[0, i] * SIDES, WAIT]
    return top[:, :found]


@compiled
def _by_labels(many, on, eligible, dist, slots, hubs, top):
    """Fill top (2, want) with vehicle and cost, wait and all; returns how many were found."""
    index = np.empty(many, np.int64)
    cost = np.full(many, FAR, np.int64)
    i = -1
    for vehicle in range(len(eligible)):
        if not eligible[vehicle]:
            continue
        i += 1
        index[i] = vehicle
        for s in range(vehicle * SIDES, vehicle * SIDES + SIDES):
            if slots[s, VERTEX] < 0:
                continue
            best = NEVER
            for at in range(slots[s, START], slots[s, START] + slots[s, SIZE]):
                best = min(best, np.int32(dist[hubs[at, HUB]] + hubs[at, MS]))
            whole = np.int64(best) + slots[s, OFFSET] + slots[s, WAIT]
            if best < NEVER and whole < cost[i]:
                cost[i] = whole
            for t in range(on.shape[1]):
                whole = slots[s, OFFSET] - on[2, t] + slots[s, WAIT]
                if slots[s, STREET] == on[0, t] and slots[s, OFFSET] >= on[2, t] and whole < cost[i]:
                    cost[i] = whole
    by_cost = np.argsort(cost, kind="mergesort")
    for i in range(top.shape[1]):
        at = by_cost[i]
        if cost[at] == FAR:
            return i
        top[0, i], top[1, i] = index[at], cost[at]
    return top.shape[1]


@compiled
def _straight(on, eligible, slots, buckets, keys, top):
    """Begin top with the vehicles that are on the target's streets before it; returns how many."""
    found = 0
    for t in range(on.shape[1]):
        v = on[1, t]
        for at in range(buckets[v, FIRST], buckets[v, FIRST] + buckets[v, MANY]):
            s = keys[at]
            if s > SLOT:  # from here on vehicles have a way to go to the vertex: they are bound for another
                break
            if slots[s, STREET] == on[0, t] and slots[s, OFFSET] >= on[2, t] and eligible[s // SIDES]:
                found = _offer(s // SIDES, slots[s, OFFSET] - on[2, t] + slots[s, WAIT], top, found)
    return found


@compiled
def _by_buckets(seed, seed_ms, eligible, node, arc, dist, slots, buckets, keys, top, found):
    """Fill top, which begins with `found` vehicles; returns how many there are then.

    Whatever costs more than the last that is kept is not looked at: no ms is negative, and buckets rise.
    """
    want = top.shape[1]
    cursor, parent = seed.copy(), node[:, 0]
    for i in range(len(seed)):
        dist[seed[i]] = min(dist[seed[i]], seed_ms[i])
    last = top[1, found - 1] if found == want else FAR
    while True:
        v = next_up(cursor, parent)
        if v < 0:
            return found
        here = np.int64(dist[v])
        dist[v] = NEVER
        if here >= NEVER or here > last:
            continue
        for at in range(node[v, 1], node[v + 1, 1]):
            y = arc[at, 0]
            dist[y] = min(dist[y], np.int32(here + arc[at, 1]))
        for at in range(buckets[v, FIRST], buckets[v, FIRST] + buckets[v, MANY]):
            way = here + (keys[at] >> 32)
            if way > last or way >= NEVER:
                break
            s = keys[at] & SLOT
            vehicle = s // SIDES
            # Only of the eligible more is read: their marks fit into the nearest memory, all slots do not.
            if eligible[vehicle]:
                cost = way + slots[s, OFFSET] + slots[s, WAIT]
                if cost <= last:
                    found = _offer(vehicle, cost, top, found)
                    last = top[1, found - 1] if found == want else FAR


@compiled
def _offer(vehicle, cost, top, size):
    """Keep the vehicle among the soonest, equal ones by their number; returns how many there are."""
    at = size
    for i in range(size):
        if top[0, i] == vehicle:
            at = i
            break
    if at < size:
        if top[1, at] <= cost:
            return size
    elif size < top.shape[1]:
        size += 1
    else:
        at -= 1
        if (top[1, at], top[0, at]) < (cost, vehicle):
            return size
    while at > 0 and (cost, vehicle) < (top[1, at - 1], top[0, at - 1]):
        top[0, at], top[1, at] = top[0, at - 1], top[1, at - 1]
        at -= 1
    top[0, at], top[1, at] = vehicle, cost
    return size
