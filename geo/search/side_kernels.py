"""The compiled loops from snapped positions to vertices, in the meaning that geo.roads.graph describes.

The rows of edges (M, 10) are the ms of an edge, from the start of its chain to its own, from its own start to the end
of its chain, its chain, its twin, the nodes at its ends, the next copy of it (-1 for none), whether it is one, and who
may be on it (Network.inner); those of chains (C + 1, 3) the vertex at its end, the one at its start (-1 in the
turn-aware meaning) and its first entry; those of entries the vertex from which a chain is driven, the ms of the turn
into it and the chain that ends at that vertex.
Ms of CLOSED_MS or more lead over something closed. node_first (N + 1) and node_edge (2 M) list the edges at each node,
those that leave it as numbers, those that enter it as -1 - number.
"""

import numpy as np

from geo.compiled import compiled
from geo.roads.graph import CLOSED_MS
from geo.search.label_kernels import SIDES

MS, BEFORE, AFTER, CHAIN, TWIN, FROM, TO, COPY, IS_COPY, INNER = range(10)
END, BEGIN, ENTRY = range(3)


@compiled
def leave(edge, fraction, edges, chains, entries, node_first, node_edge, vertex, street, ms):
    """Fill vertex, street, ms (n, SIDES) with the ways on from positions (n,), -1 where there are fewer."""
    for i in range(len(edge)):
        vertex[i], street[i], ms[i] = -1, -1, 0
        size = 0
        # What one may drive from a copy one may drive from the edge itself, but for roads that are not driven through.
        places = _places(edge[i], fraction[i], edges, chains, node_first, node_edge, copies=False)
        if len(places) > SIDES:
            _leave_crossing(places, edges, chains, entries, vertex[i], street[i], ms[i])
            continue
        for p in range(len(places)):
            e, part = places[p, 0], places[p, 1]
            chain, ahead = edges[e, CHAIN], edges[e, AFTER] - part
            if ahead < CLOSED_MS:
                size = _put(vertex[i], street[i], ms[i], size, chains[chain, END], chain, ahead)
            if chains[chain, BEGIN] >= 0 and edges[e, BEFORE] + part == 0:
                size = _put(vertex[i], street[i], ms[i], size, chains[chain, BEGIN], -1, 0)


@compiled
def arrive(edge, fraction, edges, chains, entries, node_first, node_edge):
    """The ways to one position: seeds (2, n) of vertices and ms, on (3, s) of chains, the vertices at their ends and
    the ms on to there; and whether something closed lies on its chain ahead, so that `on` leaves that chain out.
    """
    places = _places(edge, fraction, edges, chains, node_first, node_edge, copies=True)
    count = len(places)
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
def _leave_crossing(places, edges, chains, entries, vertex, street, ms):
    """The ways on from a crossing with many streets, by the fewest vertices.

    Whoever has come by a street from which others may be entered at no cost stands on all of these: so two or three
    streets that end here stand for the whole crossing.
    """
    left = np.zeros(len(places), np.bool_)
    size, many = 0, 0
    for p in range(len(places)):
        e, part = places[p, 0], places[p, 1]
        left[p] = part < edges[e, MS] and edges[e, AFTER] - part < CLOSED_MS
        many += left[p]
    if many == 0:
        # All that leads on is closed: only who asks for this very place is found, by any of its streets.
        for p in range(len(places)):
            chain, ahead = edges[places[p, 0], CHAIN], edges[places[p, 0], AFTER] - places[p, 1]
            if ahead < CLOSED_MS and size < SIDES:
                size = _put(vertex, street, ms, size, chains[chain, END], chain, ahead)
    while many > 0 and size < SIDES:
        best, best_entry, best_place = 1, -1, -1
        for p in range(len(places)):
            if left[p]:
                best_place = p if best_place < 0 else best_place
                for at in _free(places[p], edges, chains):
                    covers = 0 if _ends_here(places, edges, entries[at, 2]) else -len(places)
                    for q in range(len(places)):
                        covers += left[q] and _enters(entries, at, places[q], edges, chains)
                    if covers > best:
                        best, best_entry = covers, at
        if best_entry < 0:
            chain = edges[places[best_place, 0], CHAIN]
            ahead = edges[places[best_place, 0], AFTER] - places[best_place, 1]
            size = _put(vertex, street, ms, size, chains[chain, END], chain, ahead)
            left[best_place] = False
            many -= 1
            continue
        size = _put(vertex, street, ms, size, entries[best_entry, 0], entries[best_entry, 2], 0)
        for q in range(len(places)):
            if left[q] and _enters(entries, best_entry, places[q], edges, chains):
                left[q] = False
                many -= 1


@compiled
def _free(place, edges, chains):
    """The entries of the chain that begins at a place; none where its chain begins before."""
    e, part = place[0], place[1]
    chain = edges[e, CHAIN]
    if edges[e, BEFORE] + part > 0:
        return range(0)
    return range(chains[chain, ENTRY], chains[chain + 1, ENTRY])


@compiled
def _ends_here(places, edges, chain):
    """Whether a chain comes to one of the places by an open street: whoever asks for this very place looks there."""
    for p in range(len(places)):
        if edges[places[p, 0], CHAIN] == chain and edges[places[p, 0], AFTER] == places[p, 1]:
            return True
    return False


@compiled
def _enters(entries, entry, place, edges, chains):
    """Whether the vertex of an entry leads at no cost into the chain that begins at a place."""
    found = False
    for at in _free(place, edges, chains):
        found |= entries[at, 0] == entries[entry, 0] and entries[at, 1] == 0
    return found


@compiled
def _places(edge, fraction, edges, chains, node_first, node_edge, copies):
    """The directed places (n, 2) of a position, as edges and the ms along each (see geo.search.stand)."""
    if edge < 0:
        return np.empty((0, 2), np.int64)
    twin = edges[edge, TWIN]
    turn_aware = chains[edges[edge, CHAIN], BEGIN] < 0
    node = _node(edges, edge, fraction) if turn_aware else -1
    if turn_aware and node < 0 and twin >= 0 and edges[twin, MS] < CLOSED_MS:
        node = _node(edges, twin, 1.0 - fraction)
    if node >= 0:
        first, last = node_first[node], node_first[node + 1]
        places = np.empty((last - first, 2), np.int64)
        size = 0
        on_road = False
        for at in range(first, last):
            e = node_edge[at] if node_edge[at] >= 0 else -1 - node_edge[at]
            on_road |= edges[e, MS] < CLOSED_MS and edges[e, INNER] == 0
        for at in range(first, last):
            e = node_edge[at] if node_edge[at] >= 0 else -1 - node_edge[at]
            if edges[e, MS] < CLOSED_MS and _is_at_node(edges[e], node_edge[at] >= 0, on_road, copies):
                places[size, 0], places[size, 1] = e, 0 if node_edge[at] >= 0 else edges[e, MS]
                size += 1
        return places[:size]
    many = 4
    if copies:
        many += _copies(edges, edge) + _copies(edges, twin)
    places = np.empty((many, 2), np.int64)
    size = 0
    for side in range(2):
        e = edge if side == 0 else twin
        if e >= 0 and edges[e, MS] < CLOSED_MS:
            part = _part(edges, e, fraction if side == 0 else 1.0 - fraction)
            size = _add(places, size, e, part)
            other = edges[e, TWIN]
            # Who is on a node is on it for the other direction too, also where that one is closed.
            if not turn_aware and other >= 0:
                if part == edges[e, MS]:
                    size = _add(places, size, other, 0)
                elif part == 0:
                    size = _add(places, size, other, edges[other, MS])
        while copies and e >= 0 and edges[e, COPY] >= 0:
            e = edges[e, COPY]
            if edges[e, MS] < CLOSED_MS:
                size = _add(places, size, e, _part(edges, e, fraction if side == 0 else 1.0 - fraction))
    return places[:size]


@compiled
def _is_at_node(edge, leaves, on_road, copies):
    """Whether who stands on a node is on one of its edges, which leaves it or enters it: what is only for who starts or
    ends there is no way from a road to a road. copies: for who comes there, else for who sets out.
    """
    if edge[INNER] in (0, 3):
        return copies or not edge[IS_COPY]
    if on_road:
        return (edge[INNER] == 1 and not leaves) if copies else (edge[INNER] == 2 and leaves)
    return copies or (edge[INNER] == 1 and not edge[IS_COPY])


@compiled
def _copies(edges, edge):
    """How many copies an edge has."""
    many = 0
    while edge >= 0 and edges[edge, COPY] >= 0:
        edge = edges[edge, COPY]
        many += 1
    return many


@compiled
def _node(edges, edge, fraction):
    """The node on which a directed position is, -1 for none."""
    part = _part(edges, edge, fraction)
    if part == 0:
        return edges[edge, FROM]
    return edges[edge, TO] if part == edges[edge, MS] else -1


@compiled
def _part(edges, edge, fraction):
    return np.int64(np.floor(edges[edge, MS] * fraction + 0.5))


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
