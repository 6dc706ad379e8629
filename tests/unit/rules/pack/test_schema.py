"""The JSON Schema of packs: it takes every sound pack, and refuses what is malformed as the reader does."""

import tomllib
from datetime import date, datetime
from typing import Any

import jsonschema_rs
import pytest

from dispatch.rules.conditions import KEYS
from dispatch.rules.pack.faults import PackError
from dispatch.rules.pack.read import read_pack
from dispatch.rules.pack.schema import pack_schema
from tests.people import packs
from tests.unit.rules.pack.bad_packs import BAD

SCHEMA = jsonschema_rs.validator_for(pack_schema())
# What a schema cannot say: it knows no other field, no other rule and no calendar.
BEYOND = {
    "not_toml",
    "not_utf8",
    "far_time",
    "no_offset",
    "rule_twice",
    "built_in_id",
    "forbids_everything",
    "pair_of_what",
    "defers_nothing",
    "overrides_itself",
    "overrides_of_one_each",
    "never_lifted",
    "contradiction",
    "never_speaks",
    "unless_always",
    "never_met",
    "unknown_fact",
    "lone_brace",
    "red_longer",
    "town_faster",
    "need_without_class",
    "vehicle_keys_only",
    "approver_twice",
    "own_operator_alone",
}


def as_json(value: Any) -> Any:
    """A TOML document as an editor gives it to a schema."""
    match value:
        case dict():
            return {name: as_json(item) for name, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


@pytest.mark.parametrize("text", packs().values(), ids=packs())
def test_the_schema_takes_every_sample_pack(text: str) -> None:
    assert [error.message for error in SCHEMA.iter_errors(as_json(tomllib.loads(text)))] == []


@pytest.mark.parametrize("text", [text for text, _, _ in BAD.values()], ids=BAD)
def test_the_schema_refuses_what_the_reader_finds_malformed(text: str) -> None:
    with pytest.raises(PackError) as error:
        read_pack(text)
    if {fault.code for fault in error.value.faults} <= BEYOND or "at different times" in error.value.sentence:
        pytest.skip("beyond a schema")
    assert not SCHEMA.is_valid(as_json(tomllib.loads(text)))


def test_the_schema_completes_every_condition() -> None:
    conditions = pack_schema()["$defs"]["conditions"]["properties"]
    assert set(conditions) == set(KEYS)
    assert all(condition["description"] for condition in conditions.values())
