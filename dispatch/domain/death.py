"""A crew's report that its patient has died, the word that answers it, and the body's onward way.

What is prepared meanwhile is no request and stands on nothing: it follows from the request that carries the patient
(`onward_ask`) and becomes a request when the death is confirmed, never before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.domain.aboard import was_picked_up
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Ask, Patient, Place, Request
from dispatch.vocabulary.deaths import DeathState, WhoseWord
from dispatch.vocabulary.needs import NEEDS, Death, Need
from dispatch.vocabulary.places import Spot
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from geo.point import Point

# Of a doctor's word by phone, around the report that may come late from a dead spot; this project's own figures.
HEARD_BEFORE, HEARD_AHEAD = timedelta(hours=1), timedelta(minutes=1)
_WITHOUT_PATIENT = frozenset({Need.BODY, Need.DOCUMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathReport:
    """What a crew reported of its trip, and how it was answered.

    `doctor` is the name of who confirmed it by phone, `heard_at` when that was said; both stay out of the journal.
    `onward` is the request for the body's way, once it is confirmed.
    """

    id: str
    request_id: str
    assignment_id: str
    reported_at: datetime
    reported_by: str
    state: DeathState = DeathState.REPORTED
    word: WhoseWord | None = None
    doctor: str | None = None
    heard_at: datetime | None = None
    note: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    onward: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathWord:
    """The word that answers a report: whose, and what it says; `death` is how somebody died, as far as it is known."""

    confirmed: bool
    whose: WhoseWord
    doctor: str | None = None
    heard_at: datetime | None = None
    death: Death | None = None
    note: str | None = None


def judge_word(report: DeathReport, word: DeathWord, now: datetime) -> Refusal | None:
    """Why a word does not answer a report: only a doctor confirms it, at a time that can be."""
    if word.confirmed and word.whose is WhoseWord.CREW:
        return Refusal(RefusalCode.DEATH_NEEDS_DOCTOR, {"word": word.whose})
    if word.whose is WhoseWord.DOCTOR:
        first, last = min(report.reported_at, now) - HEARD_BEFORE, now + HEARD_AHEAD  # the clock may have gone back
        if word.doctor is None or word.heard_at is None or not first <= word.heard_at <= last:
            return Refusal(RefusalCode.HEARD_WHEN, {"reported_at": report.reported_at.isoformat()})
    return None


def answered(report: DeathReport, word: DeathWord, *, by: str, now: datetime, onward: str | None) -> DeathReport:
    """The report with the word that answers it."""
    return replace(
        report,
        state=DeathState.CONFIRMED if word.confirmed else DeathState.ALIVE,
        word=word.whose,
        doctor=word.doctor,
        heard_at=word.heard_at,
        note=word.note,
        answered_at=now,
        answered_by=by,
        onward=onward,
        version=report.version + 1,
    )


def has_patient(ask: Ask) -> bool:
    """Whether a living patient is what the trip is for."""
    return ask.need not in _WITHOUT_PATIENT


def count_living(request: Request, reports: Iterable[DeathReport]) -> int:
    """How many of a request's patients live, as far as it is confirmed: what a crew alone reports is no finding."""
    if not has_patient(request.ask):
        return 0
    died = sum(one.request_id == request.id and one.state is DeathState.CONFIRMED for one in reports)
    return max(0, request.ask.patient.count - died)


def is_coming(trip: Assignment) -> bool:
    """Whether the patient was taken aboard, so that the facility where the trip goes receives whoever was."""
    return was_picked_up(trip)


def onward_ask(ask: Ask, trip: Assignment, here: Point | None, death: Death | None = None) -> Ask:
    """What is asked for the body: from where it will lie, to where the family is yet to say, without any letter yet.

    `here` is where the vehicle stands, which counts where it goes nowhere that is known.
    """
    if not is_coming(trip):
        lies = ask.pickup
    elif ask.dropoff is not None:
        lies = ask.dropoff
    elif here is not None:
        lies = Place(point=here, name="", spot=Spot.VEHICLE_STOPPED, agency=ask.pickup.agency)
    else:
        lies = ask.pickup
    patient = Patient(living=False, death=death, infectious=ask.patient.infectious, resident_of=ask.patient.resident_of)
    return Ask(
        need=Need.BODY,
        urgency=NEEDS[Need.BODY].urgency,
        pickup=lies,
        patient=patient,
        requester=lies.facility or ask.requester,
        has_phone=ask.has_phone,
    )
