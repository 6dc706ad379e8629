"""Fixes survive the way through bytes."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.fix import Fix, FixSource
from dispatch.live.redis import FIXES
from geo.point import Point

times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
optional = st.none() | st.floats(0, 1e6)
fixes = st.builds(
    Fix,
    vehicle_id=st.text(min_size=1, max_size=80).filter(lambda name: "\0" not in name),
    point=st.builds(Point, lon=st.floats(-180, 180), lat=st.floats(-90, 90)),
    taken_at=times,
    received_at=times,
    source=st.sampled_from(FixSource),
    accuracy_m=optional,
    speed_kph=optional,
    heading=optional,
)


@given(st.lists(fixes, max_size=5))
def test_what_is_packed_comes_out_the_same(sent: list[Fix]) -> None:
    assert FIXES.validate_json(FIXES.dump_json(tuple(sent))) == tuple(sent)
