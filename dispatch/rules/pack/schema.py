"""The JSON Schema of SOP packs, from the tables that the reader uses, so that an editor completes and checks a file."""

from typing import Any

from dispatch.rules.conditions import KEYS
from dispatch.rules.pack.checks import FIELDS_OF
from dispatch.rules.pack.fields import LONGEST, MOST_ALTERNATIVES, MOST_RULES, MOST_WORDS
from dispatch.rules.pack.read import AGENCY, ALWAYS, NEEDED, PACK_KEYS, PARTS, REASON_KEYS, RULE_ID, VERSION
from dispatch.rules.sop import Effect, OverridableBy
from dispatch.rules.values import DAYS, OWN, Kind, Read
from dispatch.vocabulary.needs import Document
from dispatch.vocabulary.policy import FIGURES
from dispatch.vocabulary.promises import APPROVERS

Schema = dict[str, Any]
_HOURS = "([01][0-9]|2[0-3]):[0-5][0-9]"


def pack_schema() -> Schema:
    """A JSON Schema (2020-12) of one pack."""
    figures, span = {name: _figure(name) for name in FIGURES}, _pattern(f"{_HOURS}-{_HOURS}")
    certain: Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["hours"],
        "minProperties": 2,
        "properties": figures
        | {"hours": {"oneOf": [span, _most(span) | {"minItems": 1}]}, "weekdays": _value(KEYS["weekdays"].value)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Jemput SOP pack",
        "type": "object",
        "additionalProperties": False,
        "required": ["pack"],
        "properties": {
            "pack": {
                "type": "object",
                "additionalProperties": False,
                "required": list(PACK_KEYS),
                "properties": {
                    "agency": _pattern(AGENCY),
                    "title": _text(),
                    "version": _pattern(VERSION),
                    "effective_from": {"type": "string", "format": "date-time"},
                },
            },
            "policy": {
                "type": "object",
                "additionalProperties": False,
                "properties": figures | {"hours": _most(certain)},
            },
            "rule": {"type": "array", "maxItems": MOST_RULES, "items": {"oneOf": [_rule(effect) for effect in Effect]}},
        },
        "$defs": {"conditions": _conditions()},
    }


def _rule(effect: Effect) -> Schema:
    """A rule of one effect takes the fields of that effect beside those of every rule."""
    table = {"$ref": "#/$defs/conditions"}
    known: Schema = {
        "id": _pattern(RULE_ID),
        "title": _text(),
        "effect": {"const": effect.value},
        **{
            part: {"oneOf": [table, {"type": "array", "minItems": 1, "maxItems": MOST_ALTERNATIVES, "items": table}]}
            for part in PARTS
        },
        "clause": _text(),
        "source": _text(),
        "reason": _reason(en=_reason()),
        "overridable_by": {"enum": [member.value for member in OverridableBy]},
        "overrides": _words(),
        "approver": {"enum": list(APPROVERS)},
        "prefer_within_min": {"type": "number", "exclusiveMinimum": 0, "maximum": 120},
        "sooner_by_min": {"type": "number", "exclusiveMinimum": 0, "maximum": 120},
        "one_each": {"type": "boolean"},
        "documents": _words(*Document),
        "checklist": _words(),
        "notify": _words(),
        "booking": {
            "type": "object",
            "additionalProperties": False,
            "required": ["notice_min", "hours"],
            "properties": {"notice_min": {"type": "number", "minimum": 0}, "hours": _pattern(f"{_HOURS}-{_HOURS}")},
        },
    }
    names = (*ALWAYS, *FIELDS_OF[effect])
    required = [*NEEDED, *(["must"] if effect in (Effect.REQUIRE, Effect.PREFER) else [])]
    required += ["approver"] if effect is Effect.APPROVAL else ["notify"] if effect is Effect.HOLD else []
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {name: known[name] for name in names},
    }


def _reason(**more: Schema) -> Schema:
    texts = {name: _text() for name in REASON_KEYS}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["met", "unmet"],
        "properties": texts | more,
    }


def _conditions() -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {key.name: _value(key.value) | {"description": key.group} for key in KEYS.values()},
    }


def _value(read: Read) -> Schema:
    match read.kind:
        case Kind.CHOICE:
            one: Schema = {"enum": list(read.allowed)}
        case Kind.NAMES:
            one = _text() if read.own else _text() | {"not": {"const": OWN}}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.NUMBER:
            return {"type": "number", "minimum": 0, "exclusiveMaximum": 1e6}
        case Kind.DAYS:
            day = f"({'|'.join(DAYS)})"
            return _pattern(f"{day}(-{day})?(, ?{day}(-{day})?)*")
        case Kind.HOURS:
            return {"anyOf": [{"const": OWN}, _pattern(f"{_HOURS}-{_HOURS}")]}
    return {"oneOf": [one, {"type": "array", "minItems": 1, "uniqueItems": True, "items": one}]}


def _words(*allowed: str) -> Schema:
    items: Schema = {"enum": list(allowed)} if allowed else _text()
    return {"type": "array", "minItems": 1, "maxItems": MOST_WORDS, "uniqueItems": True, "items": items}


def _most(items: Schema) -> Schema:
    return {"type": "array", "maxItems": MOST_ALTERNATIVES, "items": items}


def _figure(name: str) -> Schema:
    figure = FIGURES[name]
    return {"type": "integer" if figure.whole else "number", "minimum": figure.low, "maximum": figure.high}


def _text() -> Schema:
    return {"type": "string", "pattern": r"\S", "maxLength": LONGEST}


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}
