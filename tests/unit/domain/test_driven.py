"""What is learnt from a drive: from when to when it counts, and which trips tell nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.assignment import Assignment, Stamp
from dispatch.domain.driven import HOURS, Drive, Uncounted, hour_of_week, judge_drive
from dispatch.vocabulary.events import Event, RequestChanged, TransferBegun
from dispatch.vocabulary.notices import Changed
from dispatch.vocabulary.trip_steps import AssignmentState, StepSource
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.people import NOW, ZONE

S = AssignmentState
SAID = Arrival(
    eta_s=600.4, eta_low_s=450, eta_high_s=900, distance_m=4_260, method=Method.ROADS, turnout_s=90, metric="siren"
)


def stamp(seconds: float, source: StepSource = StepSource.TAP, *, sent_s: float = 0.0) -> Stamp:
    """A tap so many seconds after the offer, which reached the server later."""
    at = NOW + timedelta(seconds=seconds)
    return Stamp(at, at + timedelta(seconds=sent_s), source)


def trip(
    yes: Stamp | None = None, out: Stamp | None = None, there: Stamp | None = None, said: Arrival | None = SAID
) -> Assignment:
    """One that drove: a yes after 20 s, set out after 80 s, and there after 620 s, where nothing else is said."""
    stamps = {S.ACCEPTED: yes or stamp(20), S.EN_ROUTE: out or stamp(80), S.ON_SCENE: there or stamp(620)}
    return Assignment(
        id="T-1",
        request_id="P-1",
        vehicle_id="A1",
        state=S.ON_SCENE,
        offered_at=NOW,
        expires_at=NOW,
        stamps=stamps,
        arrival=said,
    )


def judged(one: Assignment, events: Iterable[Event] = ()) -> Drive | Uncounted:
    return judge_drive(one, VehicleClass.EMERGENCY_AMBULANCE, events, ZONE)


def drive(one: Assignment) -> Drive:
    found = judged(one)
    assert isinstance(found, Drive), found
    return found


def test_seconds_count_from_the_yes_and_nothing_says_when_or_whose_it_was() -> None:
    assert judged(trip()) == Drive(
        month=date(2026, 11, 1),
        hour=4 * 24 + 16,  # a Friday at 16.45 in Jakarta
        vehicle_class=VehicleClass.EMERGENCY_AMBULANCE,
        metric="siren",
        method=Method.ROADS,
        low_s=450,
        expected_s=600,
        high_s=900,
        turnout_s=90,
        true_s=600,
        set_out_s=60,
        distance_m=4_300,
    )


def test_taps_that_were_kept_without_a_connection_count_when_they_were_made() -> None:
    late = trip(out=stamp(80, sent_s=3_000), there=stamp(620, sent_s=2_460))
    assert judged(late) == judged(trip())


def test_a_clock_that_goes_wrong_by_the_same_at_both_ends_changes_nothing() -> None:
    behind = timedelta(minutes=7)
    right = (stamp(20), stamp(80), stamp(620))
    yes, out, there = (Stamp(tap.at - behind, tap.server_time, tap.source) for tap in right)
    found = drive(trip(yes, out, there))
    assert (found.true_s, found.set_out_s) == (600, 60)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (replace(trip(), stamps={S.ACCEPTED: stamp(20), S.EN_ROUTE: stamp(80)}), Uncounted.NOT_THERE),
        (trip(said=None), Uncounted.UNFORESEEN),
        (trip(said=replace(SAID, metric=None)), Uncounted.UNFORESEEN),
        (trip(said=replace(SAID, method=Method.GIVEN)), Uncounted.GIVEN),
        (trip(said=SAID.not_before(1_000)), Uncounted.BOOKED),
        (trip(there=stamp(620, StepSource.CORRECTION)), Uncounted.NOT_SEEN),
        (trip(there=stamp(620, StepSource.OPERATOR)), Uncounted.NOT_SEEN),
        (trip(yes=stamp(20, StepSource.CORRECTION)), Uncounted.NOT_SEEN),
        (trip(there=stamp(20)), Uncounted.UNLIKELY),
        (trip(there=stamp(20 + 76)), Uncounted.UNLIKELY),  # 4.26 km at 202 km/h
    ],
)
def test_what_tells_nothing_says_why(one: Assignment, why: Uncounted) -> None:
    assert judged(one) is why


@pytest.mark.parametrize("source", [StepSource.GEOFENCE, StepSource.TRACKER, StepSource.TAP])
def test_what_saw_the_arrival_itself_counts(source: StepSource) -> None:
    assert drive(trip(there=stamp(620, source))).true_s == 600


@pytest.mark.parametrize(
    "out", [stamp(80, StepSource.CORRECTION), stamp(80, StepSource.DESK), stamp(600), stamp(10)], ids=str
)
def test_where_nobody_knows_when_it_set_out_the_whole_counts_still(out: Stamp) -> None:
    assert (drive(trip(out=out)).true_s, drive(trip(out=out)).set_out_s) == (600, None)


def at(seconds: float, *changed: Changed) -> RequestChanged:
    return RequestChanged(changed=changed, at=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (at(300, Changed.PICKUP), False),
        (at(300, Changed.PATIENT, Changed.URGENCY), False),
        (at(300, Changed.SCHEDULE_AT), False),
        (TransferBegun(reason="ban bocor", at=NOW + timedelta(seconds=300)), False),
        (at(300, Changed.DROPOFF, Changed.PATIENT, Changed.DOCUMENTS, Changed.CONTACT), True),
        (at(0, Changed.PICKUP), True),  # it was asked to that place
        (at(621, Changed.PICKUP), True),
    ],
)
def test_who_went_elsewhere_or_otherwise_than_was_foreseen_tells_nothing(event: Event, counts: bool) -> None:
    assert isinstance(judged(trip(), [event]), Drive) is counts
    assert counts or judged(trip(), [event]) is Uncounted.CHANGED


@given(st.datetimes(timezones=st.just(ZONE)))
def test_every_time_has_an_hour_of_the_week(local: object) -> None:
    found = hour_of_week(local)  # type: ignore[arg-type]
    assert 0 <= found < HOURS
