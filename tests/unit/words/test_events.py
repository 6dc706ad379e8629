"""Every line of the timeline reads as words, whatever codes its event has."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import EnumType, StrEnum
from itertools import chain
from types import UnionType
from typing import Any, get_args, get_type_hints

import pytest

from dispatch.vocabulary.events import (
    KINDS,
    ApprovalGiven,
    DecisionMade,
    DutyChanged,
    Event,
    EventKind,
    Held,
    Noted,
    OfferAccepted,
    OfferWithdrawn,
    PromiseClosed,
    PromiseHandedOver,
    PromiseReminded,
    RequestChanged,
    RequestEnded,
    ReservationLost,
    Reserved,
    SopPublished,
    StepUndone,
    StockCame,
    facts_of,
)
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Document
from dispatch.vocabulary.notices import Changed
from dispatch.vocabulary.promises import APPROVERS, LADDER, TOLD_FAMILY, TOLD_NOBODY, TOLD_REQUESTER, PromiseState
from dispatch.vocabulary.request_states import Outcome, RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, StepCause, StepSource
from dispatch.vocabulary.vehicle_classes import Duty
from dispatch.words.events import event_text
from tests.people import NOW, ZONE

# Codes that stand in fields of text, beside people's own words.
CODES: dict[str, tuple[str, ...]] = {
    "approver": APPROVERS,
    "to": (*LADDER, *Role),
    "owner": LADDER,
    "told": (TOLD_NOBODY, TOLD_REQUESTER, TOLD_FAMILY, "keluarga", "Ibu Sari"),
    "whom": ("police", "owner", "operator"),
    "subject": (*Document, "Blangko KTP"),
    "agency": ("kota-tangerang", "national"),
    "outcome": ("solved", "handed_out"),
}
# What stood or may stand where a code is meant: a person's id in entries of before 0.2, a code of a later version.
UNKNOWN = ("staf-puskesmas-cikokol", "petugas-malam")
UNKNOWN_IN = ("approver", "to", "owner", "person")
# What a person wrote, and what names a thing: they stay as they are.
OWN = {"rule": "R02", "reason": "Sopir sakit", "clause": "Pasal 1", "version": "2019-08-26", "closure": "J-1"}


def _values(name: str, hint: Any) -> list[object]:
    """What a field may hold: every member of its enum, or the codes that may stand in it."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    found: list[object] = [None] if type(None) in kinds else []
    for kind in kinds:
        if isinstance(kind, EnumType):
            found += list(kind)
        elif kind is bool:
            found += [False, True]
        elif kind is datetime:
            found.append(NOW)
        elif kind is int:
            found.append(3)
        elif kind is str and name not in ("sentence", *HEAD):
            found += [*(UNKNOWN if name in UNKNOWN_IN else ()), *CODES.get(name, ())]
            found += [OWN[name]] if name in OWN else []
    return found or [()]


HEAD = ("at", "request_id", "assignment_id", "vehicle_id", "actor")


def every(kind: type[Event]) -> Iterator[Event]:
    """Events of a class in which each field has had each of its values."""
    hints = get_type_hints(kind)
    fields = {name: _values(name, hints[name]) for name in hints if name not in (*HEAD, "kind")}
    usual: dict[str, Any] = {name: values[-1] for name, values in fields.items()}
    yield kind(at=NOW, **usual)
    for name, values in fields.items():
        yield from (kind(at=NOW, vehicle_id="V1", **usual | {name: value}) for value in values)


ENUMS = {
    type(value)
    for kind in KINDS.values()
    for event in every(kind)
    for value in facts_of(event).values()
    if isinstance(value, StrEnum)
}
# Words that are codes and good Indonesian.
INDONESIAN = {"operator", "normal", "full", *UNKNOWN}
KNOWN = {str(code) for code in chain(*ENUMS, *CODES.values())} - INDONESIAN - {"Ibu Sari", "Blangko KTP", "keluarga"}


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("kind", KINDS.values(), ids=[kind.value for kind in KINDS])
def test_no_line_shows_a_code_or_a_gap(kind: type[Event], lang: Lang) -> None:
    for event in every(kind):
        line = event_text(event, lang, UTC, vehicle="Mobil Contoh")
        assert line.strip()
        assert not re.search(r"[{}]|None|True|False", line), line
        assert not re.search(r"\w_\w", line), line
        assert not any(unknown in line for unknown in (*UNKNOWN, OWN["rule"])), line
        if lang is Lang.ID:
            assert not KNOWN & set(re.findall(r"[\w-]+", line)), line


def test_every_kind_of_event_is_tried_with_all_that_it_may_hold() -> None:
    assert KINDS.keys() == set(EventKind)
    assert {Outcome, AssignmentState, StepCause, Duty} <= ENUMS
    assert len(list(every(OfferAccepted))) > len(AssignmentState) + len(StepSource)


LINES: list[tuple[Event, str, str]] = [
    (
        RequestEnded(at=NOW, state=RequestState.COMPLETED, told=TOLD_REQUESTER),
        "Permintaan berakhir; yang diberi tahu: pemohon",
        "The request ended; told: the requester",
    ),
    (
        RequestEnded(at=NOW, state=RequestState.UNFOUNDED, told=TOLD_NOBODY, reason="tiga kali ditelepon"),
        "Permintaan berakhir: tiga kali ditelepon; yang diberi tahu: belum ada yang terhubung",
        "The request ended: tiga kali ditelepon; told: nobody could be reached",
    ),
    (
        PromiseClosed(at=NOW, outcome="solved", told="keluarga", state=PromiseState.SOLVED),
        "Janji selesai; yang diberi tahu: keluarga",
        "The promise is settled; told: the family",
    ),
    (
        PromiseClosed(at=NOW, outcome="solved", told="Ibu Sari", state=PromiseState.SOLVED),
        "Janji selesai; yang diberi tahu: Ibu Sari",
        "The promise is settled; told: Ibu Sari",
    ),
    (
        StockCame(at=NOW, subject="death_letter"),
        "Persediaan sudah datang: surat kematian",
        "It has come in: the death letter",
    ),
    (StockCame(at=NOW, subject="Blangko KTP"), "Persediaan sudah datang: Blangko KTP", "It has come in: Blangko KTP"),
    (
        PromiseReminded(at=NOW, to="health_officer", due_at=NOW),
        "petugas Dinas Kesehatan diingatkan akan janji telepon kembali",
        "The call-back is due soon; reminded: the Health Office",
    ),
    (
        PromiseReminded(at=NOW, to="staf-puskesmas-cikokol", due_at=NOW),
        "petugasnya diingatkan akan janji telepon kembali",
        "The call-back is due soon; reminded: whoever is in charge",
    ),
    (
        PromiseReminded(at=NOW, to="staff", person="staf-puskesmas-cikokol", due_at=NOW),
        "petugas fasilitas diingatkan akan janji telepon kembali",
        "The call-back is due soon; reminded: the facility's staff",
    ),
    (
        PromiseHandedOver(at=NOW, to="driver"),
        "Janji diserahkan kepada sopir",
        "The promise is handed over to the driver",
    ),
    (
        OfferWithdrawn(
            at=NOW,
            vehicle_id="V1",
            state=AssignmentState.WITHDRAWN,
            source=StepSource.DESK,
            cause=StepCause.FAMILY_CANCELLED,
        ),
        "Mobil Contoh tawarannya ditarik: keluarga membatalkan",
        "Mobil Contoh is not asked any more: the family cancelled",
    ),
    (
        StepUndone(at=NOW, vehicle_id="V1", state=AssignmentState.EN_ROUTE, source=StepSource.TAP),
        "Mobil Contoh: langkah diurungkan, kembali menuju lokasi jemput",
        "Mobil Contoh: step taken back, again: is on the way to the pick-up",
    ),
    (
        DutyChanged(at=NOW, vehicle_id="V1", duty=Duty.OFF_DUTY, shift_over=True),
        "Mobil Contoh sedang tidak bertugas: jam dinas sudah lewat",
        "Mobil Contoh is off duty: the shift has lasted too long",
    ),
    (
        DutyChanged(at=NOW, vehicle_id="V1", duty=Duty.OFF_DUTY, reason="jam dinas sudah lewat"),
        "Mobil Contoh sedang tidak bertugas: jam dinas sudah lewat",
        "Mobil Contoh is off duty: jam dinas sudah lewat",
    ),
    (
        Held(at=NOW, on=True, reason="Kamar belum pasti"),
        "Tujuan ditahan sementara; kendaraan tetap dicarikan: Kamar belum pasti",
        "The destination is on hold; a vehicle is still being found: Kamar belum pasti",
    ),
    (
        Held(at=NOW, on=False, reason="tujuan sudah pasti"),
        "Tujuan tidak ditahan lagi; kendaraan tetap dicarikan: tujuan sudah pasti",
        "The destination is no longer on hold; a vehicle is still being found: tujuan sudah pasti",
    ),
    (Noted(at=NOW), "Catatan ditambahkan", "Note added"),
    (
        Noted(at=NOW, delivers=True),
        "Catatan ditambahkan; dokumennya diantar ke rumah",
        "Note added; the document is brought to the house",
    ),
    (
        ApprovalGiven(at=NOW, vehicle_id="V1", rule="R26", reason="Setuju", approver="own_operator"),
        "Mobil Contoh disetujui operator pemilik kendaraan (aturan SOP): Setuju",
        "Mobil Contoh approved by the operator of the vehicle's owner (a rule of the SOP): Setuju",
    ),
    (
        SopPublished(at=NOW, agency="kota-tangerang", version="2026-12-01", effective_from=NOW),
        "SOP Kota Tangerang 2026-12-01 terbit",
        "SOP Kota Tangerang 2026-12-01 published",
    ),
    (
        DecisionMade(at=NOW, outcome=Outcome.PROMISE, sentence="Belum ada kendaraan."),
        "Belum ada kendaraan.",
        "Belum ada kendaraan.",
    ),
    (
        DecisionMade(at=NOW, outcome=Outcome.PROMISE, sentence="Belum ada kendaraan.", again=True),
        "Dicari lagi: belum ada yang berubah",
        "Searched again: nothing has changed yet",
    ),
    (
        DecisionMade(at=NOW, outcome=Outcome.PROMISE),
        "Keputusan: telepon kembali dijanjikan",
        "Decision: a call-back is promised",
    ),
]


@pytest.mark.parametrize(("event", "indonesian", "english"), LINES)
def test_a_line_says_who_did_what_and_why(event: Event, indonesian: str, english: str) -> None:
    assert event_text(event, Lang.ID, UTC, vehicle="Mobil Contoh") == indonesian
    assert event_text(event, Lang.EN, UTC, vehicle="Mobil Contoh") == english


def test_a_decision_is_the_sentence_that_is_made_of_it() -> None:
    made = DecisionMade(at=NOW, outcome=Outcome.OFFER, decision_id=7)
    assert event_text(made, Lang.ID, UTC, decision="Mobil A dihubungi.") == "Mobil A dihubungi."


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            RequestChanged(at=NOW, changed=(Changed.DROPOFF, Changed.SCHEDULE_AT), booked_at=NOW),
            "Permintaan diubah: tujuan dan waktu, menjadi 20 Nov 2026 pukul 16.45",
        ),
        (RequestChanged(at=NOW, changed=(Changed.SCHEDULE_AT,)), "Permintaan diubah: waktu"),
        (Reserved(at=NOW, booked_at=NOW), "H3 dipesan untuk 20 Nov 2026 pukul 16.45"),
        (Reserved(at=NOW), "H3 dipesan untuk waktu itu"),
        (ReservationLost(at=NOW, booked_at=NOW), "H3 tidak lagi dipesan untuk 20 Nov 2026 pukul 16.45"),
        (ReservationLost(at=NOW), "H3 tidak lagi dipesan untuk waktu itu"),
    ],
)
def test_where_a_time_is_spoken_of_it_stands(event: Event, said: str) -> None:
    """Entries that an earlier version made know of none."""
    assert event_text(event, Lang.ID, ZONE, vehicle="H3") == said
