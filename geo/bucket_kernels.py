"""The compiled loops that find vehicles by the labels and buckets that label_kernels keeps and describes."""

import numpy as np

from geo.compiled import compiled
from geo.hierarchy_kernels import NEVER
from geo.label_kernels import FIRST, HUB, MANY, MS, OFFSET, SIDES, SIZE, SLOT, START, STREET, VERTEX, WAIT
from geo.way_kernels import climb, next_up

FAR = 2**62


@compiled
def soonest(
    target, on, most, eligible, labels_cost_less, order_costs, rank, order, dist, space, node, arc, slots, hubs,
    buckets, keys,
):  # fmt: skip
    """The `most` soonest of the eligible: (3, found) of vehicle, ms and entry vertex or -1; and whether all is well,
    which it is not with a number that is no vertex, ms or street.

    target (2, n): vertices and ms. on (3, s): streets, the vertices that they lead to and the ms on to those.
    Reading the labels of m eligible of n costs as m, reading buckets for the
    k soonest as k n / m, keeping these in order as k k: labels are read where they cost less, by the two factors.
    """
    many = 0
    for vehicle in range(len(eligible)):
        many += eligible[vehicle]
    want = min(most, many)
    top = np.empty((3, want), np.int64)
    seed, seed_ms = np.empty(target.shape[1], np.int32), np.empty(target.shape[1], np.int32)
    for i in range(target.shape[1]):
        if not (0 <= target[0, i] < len(rank) and 0 <= target[1, i] < NEVER):
            return top, False
        seed[i], seed_ms[i] = rank[target[0, i]], target[1, i]
    for i in range(on.shape[1]):
        if not (on[0, i] >= 0 and 0 <= on[1, i] < len(rank) and 0 <= on[2, i] < NEVER):
            return top, False
    if want == 0:
        return top, True
    few = many * many <= want * len(eligible) * labels_cost_less or many <= want * want * order_costs
    if few or want == many:
        reached = climb(seed, seed_ms, node, arc, dist, space)
        found = _by_labels(many, on, eligible, dist, slots, hubs, top)
        for i in range(reached):
            dist[space[i]] = NEVER
    else:
        found = _straight(on, rank, eligible, slots, buckets, keys, top)
        found = _by_buckets(seed, seed_ms, eligible, node, arc, dist, slots, buckets, keys, top, found)
    for i in range(found):
        top[1, i] -= slots[top[0, i] * SIDES, WAIT]
        if top[2, i] >= 0:
            top[2, i] = order[slots[top[2, i], VERTEX]]
    return top[:, :found], True


@compiled
def _by_labels(many, on, eligible, dist, slots, hubs, top):
    """Fill top (3, want) with vehicle, cost (wait and all) and slot (-1: straight); returns how many were found."""
    index = np.empty(many, np.int64)
    slot = np.full(many, -1, np.int64)
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
                cost[i], slot[i] = whole, s
            for t in range(on.shape[1]):
                whole = slots[s, OFFSET] - on[2, t] + slots[s, WAIT]
                if slots[s, STREET] == on[0, t] and slots[s, OFFSET] >= on[2, t] and whole < cost[i]:
                    cost[i], slot[i] = whole, -1
    by_cost = np.argsort(cost, kind="mergesort")
    for i in range(top.shape[1]):
        at = by_cost[i]
        if cost[at] == FAR:
            return i
        top[0, i], top[1, i], top[2, i] = index[at], cost[at], slot[at]
    return top.shape[1]


@compiled
def _straight(on, rank, eligible, slots, buckets, keys, top):
    """Begin top with the vehicles that are on the target's streets before it; returns how many."""
    found = 0
    for t in range(on.shape[1]):
        v = rank[on[1, t]]
        for at in range(buckets[v, FIRST], buckets[v, FIRST] + buckets[v, MANY]):
            s = keys[at]
            if s > SLOT:  # from here on vehicles have a way to go to the vertex: they are bound for another
                break
            if slots[s, STREET] == on[0, t] and slots[s, OFFSET] >= on[2, t] and eligible[s // SIDES]:
                found = _offer(s // SIDES, slots[s, OFFSET] - on[2, t] + slots[s, WAIT], -1, top, found)
    return found


@compiled
def _by_buckets(seed, seed_ms, eligible, node, arc, dist, slots, buckets, keys, top, found):
    """Fill top, which begins with `found` vehicles; returns how many there are then.

    Whatever costs more than the last that is kept is not looked at: no ms is negative, and buckets rise.
    """
    want = top.shape[1]
    cursor = seed.copy()
    for i in range(len(seed)):
        dist[seed[i]] = min(dist[seed[i]], seed_ms[i])
    last = top[1, found - 1] if found == want else FAR
    while True:
        v = next_up(cursor, node)
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
                    found = _offer(vehicle, cost, s, top, found)
                    last = top[1, found - 1] if found == want else FAR


@compiled
def _offer(vehicle, cost, slot, top, size):
    """Keep the vehicle among the soonest, equal ones by their number; returns how many there are."""
    for i in range(size):
        if top[0, i] == vehicle:
            if top[1, i] <= cost:
                return size
            top[:, i : size - 1] = top[:, i + 1 : size].copy()
            size -= 1
            break
    at = size
    if size == top.shape[1]:
        at -= 1
        if (top[1, at], top[0, at]) < (cost, vehicle):
            return size
    else:
        size += 1
    while at > 0 and (cost, vehicle) < (top[1, at - 1], top[0, at - 1]):
        top[:, at] = top[:, at - 1]
        at -= 1
    top[0, at], top[1, at], top[2, at] = vehicle, cost, slot
    return size
