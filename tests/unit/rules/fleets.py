"""Random rules, vehicles, requests and moments: whatever a pack may say of whatever may be asked."""

from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from dispatch.domain.fix import Fix
from dispatch.domain.request import Ask, Patient, Place
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.rules.conditions import KEYS, Condition, Key
from dispatch.rules.moment import Moment
from dispatch.rules.sop import Approver, Effect, Pack, Part, Reason, Rule, SopInForce
from dispatch.rules.values import DAYS, OWN, Kind
from dispatch.vocabulary.needs import Death, Leaves, Need, Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import APPROVERS
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, Duty, Shares, VehicleClass
from geo.point import Point
from tests.people import NOW, ZONE

AGENCIES = ("national", "kota", "kabupaten", "dkm")
HERE = Point(lon=106.6, lat=-6.2)
RULE_IDS = ("R01", "R04", "R07", "X1", "X2", "X3")
_SPANS = st.sampled_from([timedelta(0), *(timedelta(minutes=m) for m in (3, 5, 29, 30, 31, 90)), timedelta(hours=13)])
_names = st.sampled_from([*AGENCIES, "puskesmas-a", "puskesmas-b", "timur", "barat"])
_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
_spans = st.tuples(_times, _times).filter(lambda span: span[0] != span[1])


def _value(key: Key) -> st.SearchStrategy[Any]:
    match key.value.kind:
        case Kind.CHOICE:
            words: st.SearchStrategy[Any] = st.lists(
                st.sampled_from(key.value.allowed), min_size=1, max_size=3, unique=True
            )
        case Kind.NAMES:
            words = st.lists(_names, min_size=1, max_size=2, unique=True)
            if key.value.own:
                words = st.one_of(words, st.just([OWN]), words.map(lambda names: [*names, OWN]))
        case Kind.FLAG:
            words = st.booleans()
        case Kind.NUMBER:
            words = st.sampled_from([0, 1, 2, 5, 12, 30])
        case Kind.DAYS:
            words = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map("-".join)
        case Kind.HOURS:
            words = st.one_of(st.just(OWN), _spans.map(lambda span: f"{span[0]:%H:%M}-{span[1]:%H:%M}"))
    return words.map(lambda value: Condition(key, key.value(value)))


conditions = st.sampled_from(list(KEYS.values())).flatmap(_value)
parts: st.SearchStrategy[Part] = st.lists(st.lists(conditions, min_size=1, max_size=2).map(tuple), max_size=2).map(
    tuple
)


def _rule(
    effect: Effect, rule_id: str, four: list[Part], overrides: frozenset[str], approver: str, worth: float
) -> Rule:
    vehicles, when, unless, must = four
    return Rule(
        id=rule_id,
        title="Aturan contoh",
        effect=effect,
        clause="…",
        source="…",
        reason=Reason(met="…", unmet="…"),
        vehicles=vehicles,
        when=when,
        unless=unless,
        must=must if effect in (Effect.REQUIRE, Effect.PREFER) else (),
        overrides=overrides if effect in (Effect.APPROVAL, Effect.PAIR) else frozenset(),
        approvers=(Approver(who=approver),) if effect is Effect.APPROVAL else (),
        prefer_within_min=worth,
        sooner_by_min=8.0 if effect is Effect.PAIR else None,
    )


rules = st.builds(
    _rule,
    st.sampled_from(Effect),
    st.sampled_from(RULE_IDS),
    st.lists(parts, min_size=4, max_size=4),
    st.frozensets(st.sampled_from([*RULE_IDS, "KELAS"]), max_size=2),
    st.sampled_from(APPROVERS),
    st.sampled_from([5.0, 15.0]),
)


def _pack(agency: str, given: list[Rule]) -> Pack:
    return Pack(
        agency=agency,
        title="",
        version="1",
        effective_from=datetime(2019, 1, 1, tzinfo=UTC),
        rules=tuple(given),
        policy=Policy(),
    )


sops = st.dictionaries(
    st.sampled_from(AGENCIES), st.lists(rules, max_size=4, unique_by=lambda r: r.id), max_size=3
).map(lambda packs: SopInForce(MappingProxyType({agency: _pack(agency, given) for agency, given in packs.items()})))


def _vehicle(number: int, what: tuple[Any, ...], when: tuple[Any, ...]) -> VehicleNow:
    kind, agency, base, crew, equipment, seats, shares, zone, hours, area, papers = what
    duty, at_base, fix_age, busy, on_duty, ended = when
    fix = None if fix_age is None else Fix(vehicle_id=f"V{number}", point=HERE, taken_at=NOW - fix_age, received_at=NOW)
    return VehicleNow(
        vehicle=Vehicle(
            id=f"V{number}",
            name=f"Kendaraan {number}",
            vehicle_class=kind,
            agency=agency,
            base=base,
            base_point=HERE if base else None,
            crew=crew,
            equipment=equipment,
            seats=seats,
            shares=shares,
            zone=zone,
            hours=hours,
            area=area,
            papers_valid_until=papers,
        ),
        duty=duty,
        at_base=at_base,
        fix=fix,
        assignment_id="T-1" if busy else None,
        on_duty_since=None if on_duty is None else NOW - on_duty,
        trip_ended_at=None if ended is None else NOW - ended,
    )


_what = st.tuples(
    st.sampled_from(VehicleClass),
    st.sampled_from(AGENCIES[1:]),
    st.sampled_from([None, "puskesmas-a", "puskesmas-b"]),
    st.frozensets(st.sampled_from(sorted(CREW))),
    st.frozensets(st.sampled_from(sorted(EQUIPMENT))),
    st.integers(0, 6),
    st.sampled_from(Shares),
    st.sampled_from([None, "timur", "barat"]),
    st.none() | _spans,
    st.frozensets(st.sampled_from(AGENCIES[1:]), max_size=2),
    st.none() | st.sampled_from([date(2026, 11, 19), date(2026, 11, 20), date(2026, 12, 1), date(2031, 1, 1)]),
)
_when = st.tuples(
    st.sampled_from(Duty), st.booleans(), st.none() | _SPANS, st.booleans(), st.none() | _SPANS, st.none() | _SPANS
)
fleets = st.lists(st.tuples(_what, _when), max_size=8).map(
    lambda all_: [_vehicle(number, what, when) for number, (what, when) in enumerate(all_)]
)
_places = st.builds(
    Place,
    point=st.just(HERE),
    name=st.just("…"),
    facility=st.sampled_from([None, "puskesmas-a", "puskesmas-b"]),
    agency=st.sampled_from([None, *AGENCIES[1:]]),
)
asks = st.builds(
    Ask,
    need=st.sampled_from(Need),
    urgency=st.sampled_from(Urgency),
    pickup=_places,
    dropoff=st.none() | _places,
    patient=st.builds(
        Patient,
        living=st.booleans(),
        can_sit=st.booleans(),
        special_care=st.booleans(),
        oxygen=st.booleans(),
        ventilator=st.booleans(),
        incubator=st.booleans(),
        labour=st.booleans(),
        guarded=st.booleans(),
        infectious=st.booleans(),
        death=st.none() | st.sampled_from(Death),
        count=st.integers(1, 3),
        resident_of=st.sampled_from([None, *AGENCIES[1:]]),
    ),
    documents=st.frozensets(st.sampled_from(["ktp", "rt_rw", "death_letter"])),
    requester=st.sampled_from([None, "puskesmas-a", "puskesmas-b"]),
    schedule_at=st.sampled_from([None, NOW]),
    has_phone=st.booleans(),
    leaves=st.none() | st.sampled_from(Leaves),
    distance_km=st.sampled_from([None, 0.5, 12.5, 40.0]),
)
moments = st.builds(
    lambda hours, soonest, zones, busy, waited, apart: Moment(
        now=NOW,
        local=NOW.astimezone(ZONE) + timedelta(hours=hours),
        soonest_s=soonest,
        free_in_zone=MappingProxyType(zones),
        puskesmas_vehicle_busy=busy,
        waited_s=waited,
        apart=apart,
    ),
    st.integers(0, 24 * 7),
    st.none() | st.sampled_from([0.0, 1800.0, 1801.0, 7200.0]),
    st.dictionaries(
        st.tuples(st.sampled_from(VehicleClass), st.sampled_from(["timur", "barat"])), st.integers(0, 2), max_size=4
    ),
    st.booleans(),
    st.sampled_from([0.0, 299.0, 300.0, 1799.0, 1800.0]),
    st.frozensets(st.sampled_from(["V0", "V1", "V2", "elsewhere"])),
)
