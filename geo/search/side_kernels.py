"""The compiled loops from snapped positions to vertices, in the meaning that geo.roads.graph describes.

The rows of edges (M, 5) are the ms of an edge, from the start of its chain to its own, from its own start to the end of
its chain, its chain and its twin; those of chains (C + 1, 3) the vertex at its end, the one at its start (-1 in the
turn-aware meaning) and its first entry; those of entries the vertex from which a chain is driven and the ms of the turn
into it. Ms of CLOSED_MS or more lead over something closed.
"""

import numpy as np

from geo.compiled import compiled
from geo.roads.graph import CLOSED_MS
from geo.search.label_kernels import SIDES

MS, BEFORE, AFTER, CHAIN, TWIN = range(5)
END, BEGIN, ENTRY = range(3)


@compiled
def leave(edge, fraction, edges, chains, vertex, street, ms):
    """Fill vertex, street, ms (n, SIDES) with the ways on from positions (n,), -1 where there are fewer."""
    places = np.empty((SIDES, 2), np.int64)
    for i in range(len(edge)):
        vertex[i], street[i], ms[i] = -1, -1, 0
        size = 0
        for p in range(_places(edge[i], fraction[i], edges, chains, places)):
            e, part = places[p, 0], places[p, 1]
            chain, ahead = edges[e, CHAIN], edges[e, AFTER] - part
            if ahead < CLOSED_MS:
                size = _put(vertex[i], street[i], ms[i], size, chains[chain, END], chain, ahead)
            if chains[chain, BEGIN] >= 0 and edges[e, BEFORE] + part == 0:
                size = _put(vertex[i], street[i], ms[i], size, chains[chain, BEGIN], -1, 0)


@compiled
def arrive(edge, fraction, edges, chains, entries):
    """The ways to one position: seeds (2, n) of vertices and ms, on (3, s) of chains, the vertices at their ends and
    the ms on to there; and whether something closed lies on its chain ahead, so that `on` leaves that chain out.
    """
    places = np.empty((SIDES, 2), np.int64)
    count = _places(edge, fraction, edges, chains, places)
    many = 0
    for p in range(count):
        chain = edges[places[p, 0], CHAIN]
        many += chains[chain + 1, ENTRY] - chains[chain, ENTRY] + 1
    seeds, on = np.empty((2, many), np.int32), np.empty((3, count), np.int64)
    size, along_size, cut = 0, 0, False
    for p in range(count):
        e, part = places[p, 0], places[p, 1]
        chain, along, ahead = edges[e, CHAIN], edges[e, BEFORE] + part, edges[e, AFTER] - part
        if along < CLOSED_MS:
            for at in range(chains[chain, ENTRY], chains[chain + 1, ENTRY]):
                seeds[0, size], seeds[1, size] = entries[at, 0], entries[at, 1] + along
                size += 1
        if chains[chain, BEGIN] >= 0 and ahead == 0:
            seeds[0, size], seeds[1, size] = chains[chain, END], 0
            size += 1
        if ahead < CLOSED_MS:
            on[0, along_size], on[1, along_size], on[2, along_size] = chain, chains[chain, END], ahead
            along_size += 1
        else:
            cut = True
    return seeds[:, :size].copy(), on[:, :along_size].copy(), cut


@compiled
def _places(edge, fraction, edges, chains, places):
    """The directed places of a position, as edges and the ms along each; returns how many (see geo.search.stand)."""
    size = 0
    if edge < 0:
        return size
    for side in range(2):
        e = edge if side == 0 else edges[edge, TWIN]
        if e >= 0 and edges[e, MS] < CLOSED_MS:
            part = np.int64(np.floor(edges[e, MS] * (fraction if side == 0 else 1.0 - fraction) + 0.5))
            size = _add(places, size, e, part)
            other = edges[e, TWIN]
            # Who is on a node is on it for the other direction too, also where that one is closed.
            if chains[edges[e, CHAIN], BEGIN] >= 0 and other >= 0:
                if part == edges[e, MS]:
                    size = _add(places, size, other, 0)
                elif part == 0:
                    size = _add(places, size, other, edges[other, MS])
    return size


@compiled
def _add(places, size, edge, part):
    for p in range(size):
        if places[p, 0] == edge and places[p, 1] == part:
            return size
    places[size, 0], places[size, 1] = edge, part
    return size + 1


@compiled
def _put(vertex, street, ms, size, new_vertex, new_street, new_ms):
    """Add a way on, unless one that is there does as well: at a vertex itself nobody needs a street to it."""
    for s in range(size):
        if vertex[s] == new_vertex and ms[s] == new_ms and (street[s] == new_street or new_ms == 0):
            if street[s] < 0:
                street[s] = new_street
            if street[s] == new_street or new_street < 0:
                return size
    vertex[size], street[size], ms[size] = new_vertex, new_street, new_ms
    return size + 1
