"""Which requests may be the same: two of place, number and need at about one time, whoever looks from which side."""

from dataclasses import replace
from datetime import timedelta
from math import cos, radians

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.domain.likeness import (
    MOST,
    NEAR_M,
    SOON,
    STILL_WAITING,
    VICINITY_M,
    Asked,
    likely_same,
    number_of,
    reasons_of,
    vicinity,
)
from dispatch.domain.request import Ask, Place, Request
from dispatch.vocabulary.likeness import Alike
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.request_states import RequestState
from geo.point import Point, distance_m
from tests.people import CIKOKOL, HOME, NOW, ask

PHONE, OTHER = "+62 811-0000-0001", "+62 811-0000-0002"
M = 1 / 111_195.0


def away(metres: float) -> Place:
    """A place so far north of the puskesmas."""
    return Place(point=Point(lon=CIKOKOL.point.lon, lat=CIKOKOL.point.lat + metres * M), name="")


def asked(need: Need = Need.EMERGENCY, *, at_s: float = 0.0, phone: str | None = None, **changes: object) -> Asked:
    made = replace(ask(need), **{"dropoff": None, **changes})  # type: ignore[arg-type]
    return Asked(ask=made, at=NOW + timedelta(seconds=at_s), phone=phone)


def kept(one: Asked, name: str = "P-1") -> tuple[Request, str | None]:
    made = Request(
        id=name,
        ask=one.ask,
        state=RequestState.SEARCHING,
        created_at=one.at,
        created_by="siti",
        incident=one.incident,
    )
    return made, one.phone


PLACES = st.sampled_from([0.0, 100.0, 240.0, 260.0, 1_000.0, 1_990.0, 2_010.0, 9_000.0]).map(away)
NEEDS = st.sampled_from([Need.EMERGENCY, Need.REFERRAL, Need.TRANSPORT, Need.BODY])
TIMES = st.sampled_from([0.0, 60.0, 1_799.0, 1_800.0, 1_801.0, 6 * 3_600.0, 6 * 3_600.0 + 1, 90_000.0])


@st.composite
def anything_asked(draw: st.DrawFn) -> Asked:
    made: Ask = replace(
        ask(draw(NEEDS), draw(st.none() | st.sampled_from(Urgency))),
        pickup=draw(PLACES),
        dropoff=draw(st.none() | PLACES),
        schedule_at=draw(st.none() | TIMES.map(lambda s: NOW + timedelta(seconds=s))),
    )
    if draw(st.sampled_from([True, False, False, False])):
        made = replace(ask(Need.DOCUMENT), subject=draw(st.sampled_from(["ktp", "surat kematian"])), dropoff=None)
    return Asked(
        ask=made,
        at=NOW + timedelta(seconds=draw(TIMES)),
        phone=draw(st.none() | st.sampled_from([PHONE, OTHER, "0811 0000 0001"])),
        incident=draw(st.sampled_from([None, None, "K-1", "K-2"])),
    )


@given(anything_asked(), anything_asked())
def test_two_are_alike_from_both_sides_and_only_for_what_they_have_in_common(one: Asked, other: Asked) -> None:
    reasons = set(reasons_of(one, other))
    assert reasons == set(reasons_of(other, one))
    if not reasons:
        return
    apart_m = distance_m(one.ask.pickup.point, other.ask.pickup.point)
    gap = abs(one.wanted_at - other.wanted_at)
    assert apart_m <= VICINITY_M
    assert one.ask.patient.living is other.ask.patient.living
    assert one.incident is None or one.incident != other.incident
    assert (Alike.SAME_PLACE in reasons) == (apart_m <= NEAR_M)
    assert (Alike.SAME_NEED in reasons) == (one.ask.need is other.ask.need)
    assert (Alike.SAME_TIME in reasons) == (gap <= SOON)
    assert one.ask.subject == other.ask.subject
    assert len(reasons - {Alike.SAME_TIME}) >= 2
    if Alike.SAME_TIME not in reasons:
        assert Alike.SAME_PHONE in reasons
        assert gap <= STILL_WAITING
        assert one.ask.schedule_at is other.ask.schedule_at is None
    if one.ask.dropoff and other.ask.dropoff:
        assert distance_m(one.ask.dropoff.point, other.ask.dropoff.point) <= NEAR_M


@given(anything_asked())
def test_the_same_asked_again_at_once_is_always_likely_the_same(one: Asked) -> None:
    again = replace(one, incident=None)
    assert {Alike.SAME_PLACE, Alike.SAME_TIME, Alike.SAME_NEED} <= set(reasons_of(one, again))


@given(anything_asked(), st.lists(anything_asked(), max_size=12), st.randoms(use_true_random=False))
def test_at_most_three_are_named_the_likeliest_first_in_whatever_order_they_come(
    one: Asked, others: list[Asked], chance: object
) -> None:
    held = [kept(other, f"P-{number:02}") for number, other in enumerate(others)]
    found = likely_same(one, held)
    chance.shuffle(held)  # type: ignore[attr-defined]
    assert likely_same(one, held) == found
    assert len(found) <= MOST
    counted = {f"P-{number:02}": reasons_of(one, other) for number, other in enumerate(others)}
    counts = sorted((len(reasons) for reasons in counted.values() if reasons), reverse=True)
    assert [len(likely.reasons) for likely in found] == counts[:MOST]
    assert all(likely.reasons == counted[likely.request.id] for likely in found)


@given(anything_asked(), anything_asked())
def test_without_the_number_nothing_is_found_that_only_the_number_tells(one: Asked, other: Asked) -> None:
    """So staff who may not see a request cannot find out whose number it has."""
    hidden = replace(other, phone=None)
    other_number = replace(other, phone="+62 811-0000-0999")
    assert reasons_of(one, hidden) == reasons_of(one, other_number)
    assert Alike.SAME_PHONE not in reasons_of(one, hidden)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("+62 811-0000-0001", "0811 0000 0001"),
        ("081100000001", "62811-0000-0001"),
        ("+6281100000001", "+62 811 0000 0001"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(first: str, second: str) -> None:
    assert number_of(first) == number_of(second)
    assert number_of(first) != number_of(second[:-1] + "2")


FAR_HOME = Place(point=Point(lon=106.70, lat=-6.25), name="Rumah lain")
CASES = {
    "two callers at one crash": (asked(), asked(at_s=240, phone=OTHER, pickup=away(120)), "place time need"),
    "a crash and one in the next street": (asked(), asked(at_s=240, pickup=away(400)), ""),
    "the caller is not sure where": (asked(phone=PHONE), asked(phone=PHONE, pickup=away(1_200)), "time phone need"),
    "the caller asks for something more": (
        asked(Need.REFERRAL, phone=PHONE),
        asked(phone=PHONE, at_s=600),
        "place time phone",
    ),
    "who waits calls again": (asked(phone=PHONE), asked(phone=PHONE, at_s=9_000), "place phone need"),
    "another calls hours later": (asked(phone=PHONE), asked(phone=OTHER, at_s=9_000), ""),
    "the next day": (asked(phone=PHONE), asked(phone=PHONE, at_s=90_000), ""),
    "a patient who died since": (asked(phone=PHONE), asked(Need.BODY, phone=PHONE, at_s=600), ""),
    "two who go home from one hospital": (
        asked(Need.TRANSPORT, dropoff=HOME),
        asked(Need.TRANSPORT, dropoff=FAR_HOME, at_s=60),
        "",
    ),
    "the way there and the way back": (
        asked(Need.TRANSPORT, phone=PHONE, dropoff=HOME),
        asked(Need.TRANSPORT, phone=PHONE, pickup=HOME, dropoff=CIKOKOL, at_s=3_600),
        "",
    ),
    "dialysis on two days": (
        asked(Need.TRANSPORT, phone=PHONE, schedule_at=NOW + timedelta(days=1)),
        asked(Need.TRANSPORT, phone=PHONE, schedule_at=NOW + timedelta(days=3)),
        "",
    ),
    "booked yesterday and asked for now": (
        asked(Need.TRANSPORT, at_s=-86_400, schedule_at=NOW + timedelta(minutes=10)),
        asked(Need.TRANSPORT),
        "place time need",
    ),
    "two papers": (asked(Need.DOCUMENT, subject="ktp"), asked(Need.DOCUMENT, subject="surat kematian"), ""),
    "a paper and a car": (asked(Need.DOCUMENT, phone=PHONE, subject="ktp"), asked(phone=PHONE), ""),
}


@pytest.mark.parametrize("case", CASES)
def test_what_people_ask(case: str) -> None:
    one, other, reasons = CASES[case]
    assert " ".join(reason.removeprefix("same_") for reason in reasons_of(one, other)) == reasons


def test_requests_of_one_incident_are_never_the_same() -> None:
    one, other = asked(phone=PHONE), asked(phone=PHONE)
    assert reasons_of(replace(one, incident="K-1"), replace(other, incident="K-2"))
    assert reasons_of(replace(one, incident="K-1"), other)
    assert not reasons_of(replace(one, incident="K-1"), replace(other, incident="K-1"))


@given(st.floats(-170, 170), st.floats(-60, 60), st.floats(0, 360), st.floats(0, 1))
@example(106.6, 59.9, 90.0, 1.0)
def test_all_that_is_near_enough_lies_in_the_box(lon: float, lat: float, bearing: float, part: float) -> None:
    here, far = Point(lon=lon, lat=lat), VICINITY_M * part * M
    there = Point(lon=lon + far * cos(radians(bearing - 90)) / cos(radians(lat)), lat=lat + far * cos(radians(bearing)))
    if distance_m(here, there) <= VICINITY_M:
        west, south, east, north = vicinity(here)
        assert west <= there.lon <= east
        assert south <= there.lat <= north
