"""Any town that OpenStreetMap could hold, however odd: it is refused, or its network answers as scipy does."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from geo.roads.build_osm import build_from_osm
from geo.roads.network import open_network, write_network
from geo.roads.speeds import METRICS
from geo.roads.traffic import SLICES, under
from geo.search.engine import Engine
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper, Snaps
from geo.search.standing import Standing
from geo.source import BuildError
from tests.roads.oracle import NEVER, soonest, travel_ms
from tests.roads.osm_town import ROAD, Relation, Way, xml
from tests.roads.test_nearest import EXAMPLES, one, rows

# 7 lies on 6, and 8 and 9 are named by ways without being in the file.
GRID = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (0, 1), 5: (1, 1), 6: (2, 1), 7: (2, 1)}
REFS = st.integers(1, 9)
TAGS = st.fixed_dictionaries(
    {"highway": st.sampled_from(["residential", "residential", "primary", "motorway", "service", "footway"])},
    optional={
        "oneway": st.sampled_from(["yes", "-1", "no", "reversible", "?"]),
        "junction": st.just("roundabout"),
        "access": st.sampled_from(["private", "destination", "no"]),
        "motor_vehicle:backward": st.sampled_from(["no", "yes"]),
        "emergency": st.sampled_from(["yes", "no"]),
        "oneway:emergency": st.just("no"),
        "maxheight": st.just("2.4"),
        "maxspeed": st.sampled_from(["40", "30 mph", "ID:urban", "x"]),
        "maxspeed:backward": st.just("20"),
        "route": st.sampled_from(["ferry", "bus", "bus", "bus"]),
        "duration": st.sampled_from(["5", "0:01", "PT9H", "?"]),
        "motor_vehicle:conditional": st.sampled_from(["no @ (Mo-Fr 06:00-09:00)", "no @ wet"]),
    },
)
BARRIERS = st.dictionaries(
    REFS,
    st.sampled_from(
        [
            {"barrier": "bollard"},
            {"barrier": "gate"},
            {"barrier": "gate", "access": "private"},
            {"barrier": "gate", "access": "destination"},
            {"barrier": "bollard", "emergency": "yes"},
            {"barrier": "height_restrictor", "maxheight": "2.4"},
        ]
    ),
    max_size=2,
)


@st.composite
def towns(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.tuples(st.lists(REFS, min_size=1, max_size=6), TAGS), min_size=1, max_size=8))
    ways: dict[int, Way] = dict(enumerate(lines, 1))
    # Most towns get a street through most of the grid, so that there is something to be rid of.
    if draw(st.sampled_from([True, True, True, False])):
        ways[50] = ([1, 2, 3, 6, 5, 4, 1], ROAD)
        ways[51] = ([2, 5], ROAD)
    numbers = st.sampled_from([*ways, 99])
    member = st.one_of(
        st.tuples(st.just("way"), numbers, st.sampled_from(["from", "to", "via", ""])),
        st.tuples(st.just("node"), REFS, st.sampled_from(["via", "from"])),
    )
    whole = st.tuples(numbers, REFS, numbers).map(
        lambda m: [("way", m[0], "from"), ("node", m[1], "via"), ("way", m[2], "to")]
    )
    over = st.lists(numbers, min_size=3, max_size=4).map(
        lambda m: [("way", m[0], "from"), *(("way", way, "via") for way in m[1:-1]), ("way", m[-1], "to")]
    )
    kinds = st.fixed_dictionaries(
        {
            "type": st.just("restriction"),
            "restriction": st.sampled_from(["no_left_turn", "no_u_turn", "only_straight_on", "no_entry", "maybe"]),
        },
        optional={"except": st.just("emergency")},
    ) | st.just({"type": "restriction", "restriction:conditional": "no_left_turn @ (Mo-Fr 06:00-09:00)"})
    rules: list[Relation] = [
        (members, tags)
        for members, tags in draw(
            st.lists(st.tuples(st.one_of(whole, over, over, st.lists(member, max_size=4)), kinds), max_size=4)
        )
    ]
    return xml(GRID, ways, rules, draw(BARRIERS))


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(text=towns(), turn_costs=st.sampled_from(["osm", "none"]), data=st.data())
def test_any_town_is_refused_or_answers_as_scipy(
    text: str, turn_costs: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.getbasetemp()
    (folder / "aneh.osm").write_text(text)
    try:
        net = build_from_osm(folder / "aneh.osm", lambda _: None, region="Aneh", turn_costs=turn_costs, ferries=True)
    except BuildError:
        reject()
    write_network(net, folder / "aneh.roads")
    net = open_network(folder / "aneh.roads")
    metric = data.draw(st.sampled_from(METRICS))
    open_ = np.setdiff1d(np.flatnonzero(~net.shut_streets(metric)), net.edge_copy).tolist()  # nobody is put on a copy
    if not open_:
        reject()
    places = data.draw(st.lists(st.tuples(st.sampled_from(open_), st.floats(0, 1)), min_size=2, max_size=9))
    edges, fractions = zip(*places, strict=True)
    snaps = Snaps(np.array(edges, np.int32), np.array(fractions), np.zeros(len(places)))
    target = one(snaps, 0)
    travel = travel_ms(net, snaps, target, metric)
    assert (travel != NEVER).all()
    found = NearestSearch(net).nearest(target, snaps, None, most=None, metric=metric)
    everybody = np.ones(len(snaps), np.bool_)
    assert rows(found) == soonest(travel, everybody, None)
    # The same by the hierarchy, from buckets, and at the hours at which more is shut.
    morning = under(net, SLICES[2], None)
    for roads in (net, morning):
        engine = Engine(roads)
        standing = Standing(engine, Snapper(roads), len(snaps), access_kph=10.0)
        standing.place(np.arange(len(snaps)), snaps)
        standing.prepare(metric)
        right = soonest(travel_ms(roads, snaps, target, metric), everybody, None)
        assert rows(engine.nearest(target, snaps, None, most=None, metric=metric)) == right
        assert rows(standing.nearest(target, None, most=None, metric=metric)) == right
    # Both directions of a street are as long as one another, and every edge joins the places of its nodes.
    two_way = net.edge_twin >= 0
    assert net.edge_length_m[two_way] == pytest.approx(net.edge_length_m[net.edge_twin[two_way]])
    first, last = net.shape_start[:-1], net.shape_start[1:] - 1
    for point, node in ((first, net.edge_from), (last, net.edge_to)):
        assert net.shape_lon[point] / 1e7 == pytest.approx(net.node_lon[node], abs=1e-7)
        assert net.shape_lat[point] / 1e7 == pytest.approx(net.node_lat[node], abs=1e-7)
