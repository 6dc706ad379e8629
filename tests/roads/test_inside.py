"""Eight of ten drives of a fleet whose pace nobody foresees lie between the low and the high arrival."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.inside import drives
from bench.inside_fleet import WEEKEND, WORKDAY, Fleet, congestion
from dispatch.desk.search import with_turnout
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.driven import HOURS
from dispatch.reading.drives import PROMISED, WITHIN, shares_of
from dispatch.roads.spread import spread_at
from geo.roads.traffic import SLICES
from tests.sample_region import sample_city

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_eight_of_ten_drives_lie_between_low_and_high_in_the_sample_region() -> None:
    found = drives(sample_city(), count=3 * HOURS, vehicles=30, seed=1, worlds=6)
    assert sorted({drive.hour for drive in found}) == list(range(HOURS))
    assert {drive.metric for drive in found} == {"car", "siren", "hearse"}
    whole = shares_of(found).whole
    assert whole is not None
    assert whole.drives == 3 * HOURS
    assert abs(whole.inside - PROMISED) <= WITHIN


def test_the_same_seed_draws_the_same_paces_and_another_one_others() -> None:
    network = sample_city()
    one, again, other = (Fleet(network, 12, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one.driver_pace == again.driver_pace).all()
    assert (one.street_pace == again.street_pace).all()
    assert (one.street_pace != other.street_pace).any()
    twins = np.flatnonzero(network.edge_twin >= 0)
    assert (one.street_pace[twins] == one.street_pace[network.edge_twin[twins]]).all()


def test_a_fleet_is_slower_where_the_hour_is_and_each_driver_keeps_a_pace() -> None:
    network = sample_city()
    fleet = Fleet(network, 4, np.random.default_rng(1))
    pieces = [(edge, 0.0, 1.0) for edge in range(400)]

    def median_s(hour: int, metric: str, driver: int = 0) -> float:
        local = MONDAY + timedelta(hours=hour)
        return float(np.median([fleet.drive_s(pieces, 60.0, metric, driver, local) for _ in range(200)]))

    assert median_s(3, "car") < median_s(12, "car") < median_s(17, "car")
    assert median_s(17, "siren") < median_s(17, "car")
    slow, quick = int(fleet.driver_pace.argmax()), int(fleet.driver_pace.argmin())
    assert median_s(12, "car", quick) < median_s(12, "car", slow)


def test_the_stated_hours_are_those_that_were_measured() -> None:
    assert (len(WORKDAY), len(WEEKEND)) == (24, 24)
    assert (min(WORKDAY), WORKDAY[7], max(WORKDAY)) == (1.08, 1.63, 1.88)
    assert congestion(MONDAY + timedelta(hours=17)) == 1.88
    assert congestion(MONDAY + timedelta(days=5, hours=17)) == 1.30


def test_the_slower_the_hour_the_wider_what_is_said() -> None:
    by_delay = sorted((replace(SLICES[0], main=main) for main in (0.85, 1.2, 1.7)), key=lambda one: one.main)
    spreads = [spread_at(hour) for hour in by_delay]
    assert all(one.low < 1.0 < one.high for one in spreads)
    assert [one.high for one in spreads] == sorted(one.high for one in spreads)
    assert [one.low for one in spreads] == sorted((one.low for one in spreads), reverse=True)
    assert spread_at(None) == spread_at(replace(SLICES[0], main=1.0, since=time(0), until=time(0)))


@given(st.floats(0.0, 7_200.0), st.floats(0.0, 1.0), st.floats(1.0, 3.0), st.floats(0.0, 3_600.0))
def test_what_the_crew_and_the_road_need_together_is_likelier_than_both_at_their_worst(
    eta_s: float, low: float, high: float, turnout_s: float
) -> None:
    road = Arrival(eta_s=eta_s, eta_low_s=eta_s * low, eta_high_s=eta_s * high, method=Method.ROADS)
    said = with_turnout(road, turnout_s)
    assert said.eta_s == eta_s + turnout_s
    assert said.turnout_s == turnout_s
    least, most = road.eta_low_s + turnout_s / 2.0, road.eta_high_s + turnout_s * 2.0
    slack = pytest.approx(0.0, abs=1e-6)
    assert max(0.0, least - said.eta_low_s) == slack
    assert max(0.0, said.eta_high_s - most) == slack
    assert said.eta_low_s <= said.eta_s <= said.eta_high_s
