"""A scenario file takes what the API takes, and refuses what it refuses: one act after the other, at its bounds."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from dispatch.sim.scenario.file import read_scenario
from dispatch.sim.scenario.table import ScenarioError
from dispatch.vocabulary import bounds
from web.api.changes import ChangeIn, DivertIn, EndIn, NoteIn, TransferIn
from web.api.deaths import ConfirmDeathIn
from web.api.requests import ApproveIn, AssignIn, MutualAidIn, RequestIn
from web.api.trips import CorrectIn, StepIn

AT = "2026-11-18T10:00:00+07:00"
ASK = 'id = "Q2", need = "transport", pickup = "cikokol", dropoff = "rsud"'
ASKED: dict[str, Any] = {"need": "transport", "pickup": "a", "contact": {"phone": "+62 811-0000-0001"}}
HEAD = f"""
title = "Batas"
at = {AT}
packs = ["national"]
[places]
cikokol = [106.628, -6.2001]
rsud = [106.633, -6.178]
[[vehicle]]
id = "T1"
class = "transport_ambulance"
agency = "kota-tangerang"
[[step]]
at_s = 0
ask = {{ id = "Q1", need = "transport", pickup = "cikokol", dropoff = "rsud" }}
[[step]]
at_s = 10
"""
CALLED = {"rule": "R02", "yes": True, "reason": "darurat"}
BOOKED = f"schedule_at = {AT}"
# By name: the act of a file and the body of the API, each with $ where the same thing is said.
TEXTS: dict[str, tuple[str, type[BaseModel], dict[str, Any]]] = {
    "divert": ('operator = { does = "divert", vehicle = "T1", of = "Q1", reason = $ }', DivertIn, {"from": "a"}),
    "transfer": ('operator = { does = "transfer", at = "rsud", reason = $ }', TransferIn, {"at": "a"}),
    "correct": (
        'operator = { does = "correct", vehicle = "T1", step = "clear", reason = $ }',
        CorrectIn,
        {"step": "clear", "device_time": AT},
    ),
    "approve": ('operator = { does = "approve", reason = $ }', ApproveIn, {"rule": "R02", "yes": True}),
    "close": ('operator = { does = "close", outcome = "unfounded", reason = $ }', EndIn, {"told": "keluarga"}),
    "cancel": ('requester = { does = "cancel", note = $ }', EndIn, {"told": "requester"}),
    "step": ('vehicle = { id = "T1", does = "decline", reason = $ }', StepIn, {"seq": 1, "device_time": AT}),
    "mutual_aid": ('mutual_aid = { agency = "dkm", says = "yes", reason = $ }', MutualAidIn, {"yes": True}),
}
OTHERS: dict[str, tuple[str, type[BaseModel], dict[str, Any], list[str]]] = {
    "told": (
        'operator = { does = "close", outcome = "unfounded", told = $ }',
        EndIn,
        {"told": "$", "reason": "darurat"},
        ["x", "ya", "x" * 200, "x" * 201],
    ),
    "note": ('requester = { does = "note", note = $ }', NoteIn, {"text": "$"}, ["x", "ya", "x" * 500, "x" * 501]),
    "heard from": (
        'operator = { does = "approve", heard_from = $ }',
        ApproveIn,
        {**CALLED, "heard_from": {"name": "$", "at": AT}},
        ["x", "Ra", "x" * 80, "x" * 81],
    ),
    "doctor": (
        "death = { confirmed = true, doctor = $ }",
        ConfirmDeathIn,
        {"confirmed": "yes", "by": {"name": "$", "heard_at": AT}},
        ["x", "dr", "x" * 120, "x" * 121],
    ),
    "rule": (
        'operator = { does = "override", vehicle = "T1", rule = $, reason = "darurat" }',
        AssignIn,
        {"vehicle_id": "T1", "override": {"rule": "$", "reason": "darurat"}},
        ["R02", "R 02", "x" * 80, "x" * 81],
    ),
    "phone": (
        f"ask = {{ {ASK}, phone = $ }}",
        RequestIn,
        {**ASKED, "contact": {"phone": "$"}},
        ["+62 811-0000-0001", "tetangga", "12345", "+62" + "1" * 20],
    ),
    "another phone": (
        'operator = { does = "change", set = { phone = $ } }',
        ChangeIn,
        {"contact": {"phone": "$"}},
        ["0811 0000 0001", "tetangga"],
    ),
    "resident of": (
        f"ask = {{ {ASK}, patient = {{ resident_of = $ }} }}",
        RequestIn,
        {**ASKED, "patient": {"resident_of": "$"}},
        ["kota-tangerang", "kota tangerang"],
    ),
}
NUMBERS: dict[str, tuple[str, type[BaseModel], dict[str, Any], list[int]]] = {
    "count": (
        f"ask = {{ {ASK}, patient = {{ count = $ }} }}",
        RequestIn,
        {**ASKED, "patient": {"count": "$"}},
        [0, 1, 20, 21],
    ),
    "another count": (
        'operator = { does = "change", set = { patient = { count = $ } } }',
        ChangeIn,
        {"patient": {"count": "$"}},
        [0, 1, 20, 21],
    ),
    "place in the queue": (
        'vehicle = { id = "T1", does = "accept", seq = $ }',
        StepIn,
        {"seq": "$", "device_time": AT},
        [0, bounds.SEQ_MOST, bounds.SEQ_MOST + 1],
    ),
}
# What an act lacks or has too much of.
WHOLE: dict[str, tuple[str, type[BaseModel], dict[str, Any]]] = {
    "divert for no reason": ('operator = { does = "divert", vehicle = "T1", of = "Q1" }', DivertIn, {"from": "a"}),
    "transfer for no reason": ('operator = { does = "transfer", at = "rsud" }', TransferIn, {"at": "a"}),
    "correct for no reason": (
        'operator = { does = "correct", vehicle = "T1", step = "clear" }',
        CorrectIn,
        {"step": "clear", "device_time": AT},
    ),
    "override for no reason": (
        'operator = { does = "override", vehicle = "T1", rule = "R02" }',
        AssignIn,
        {"vehicle_id": "T1", "override": {"rule": "R02"}},
    ),
    "two times of a way back": (
        f"ask = {{ {ASK}, return_at = {AT}, return_after = {AT} }}",
        RequestIn,
        {**ASKED, "return": {"at": AT, "after": AT}},
    ),
    "to wait for no way back": (f"ask = {{ {ASK}, waits = true }}", RequestIn, {**ASKED, "return": {"waits": True}}),
    "to repeat on no day": (
        f"ask = {{ {ASK}, {BOOKED}, repeat = {{ days = [], until = 2026-11-30 }} }}",
        RequestIn,
        {**ASKED, "schedule_at": AT, "repeat": {"days": [], "until": "2026-11-30"}},
    ),
}


def file_takes(folder: Path, act: str) -> bool:
    path = folder / "batas.toml"
    path.write_text(f"{HEAD}{act}\n")
    try:
        read_scenario(path)
    except ScenarioError:
        return False
    return True


def api_takes(model: type[BaseModel], body: dict[str, Any]) -> bool:
    try:
        model.model_validate(body)
    except ValidationError:
        return False
    return True


def with_said(body: dict[str, Any], said: object) -> dict[str, Any]:
    """The body with what is said in place of $."""
    found: dict[str, Any] = json.loads(json.dumps(body).replace('"$"', json.dumps(said)))
    return found


@pytest.mark.parametrize("said", ["", " x ", "ya", "yak", "x" * 500, "x" * 501, "satu\u202edua"], ids=repr)
@pytest.mark.parametrize("name", TEXTS)
def test_a_reason_is_as_long_as_the_api_takes_it(tmp_path: Path, name: str, said: str) -> None:
    act, model, body = TEXTS[name]
    takes = api_takes(model, {**body, "reason": said})
    assert file_takes(tmp_path, act.replace("$", json.dumps(said))) is takes
    assert takes is (3 <= len(said.strip()) <= 500 and "\u202e" not in said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *((name, said) for name, row in OTHERS.items() for said in row[3]),
        *((name, said) for name, row in NUMBERS.items() for said in row[3]),
    ],
)
def test_what_else_is_said_keeps_to_the_same_bounds(tmp_path: Path, name: str, said: object) -> None:
    act, model, body = (OTHERS[name] if name in OTHERS else NUMBERS[name])[:3]
    assert file_takes(tmp_path, act.replace("$", json.dumps(said))) is api_takes(model, with_said(body, said))


@pytest.mark.parametrize("name", WHOLE)
def test_what_the_api_does_not_take_at_all_no_file_does(tmp_path: Path, name: str) -> None:
    act, model, body = WHOLE[name]
    assert not api_takes(model, body)
    assert not file_takes(tmp_path, act)
