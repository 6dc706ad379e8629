"""The JSON Schema of SOP packs, from the tables that the reader uses, so that an editor completes and checks a file."""

from typing import Any

from dispatch.rules.conditions import KEYS
from dispatch.rules.pack.checks import FIELDS_OF
from dispatch.rules.pack.fields import LONGEST, MOST_ALTERNATIVES, MOST_RULES, MOST_WORDS
from dispatch.rules.pack.read import AGENCY, ALWAYS, NEEDED, PACK_KEYS, PARTS, REASON_KEYS, RULE_ID, VERSION
from dispatch.rules.sop import Effect, OverridableBy
from dispatch.rules.values import DAYS, OWN, Kind, Read
from dispatch.vocabulary.needs import Document
from dispatch.vocabulary.policy import CHOICES, FIGURES
from dispatch.vocabulary.promises import APPROVERS

Schema = dict[str, Any]


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}


_HOUR = "([01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN = _pattern(f"{_HOUR}-{_HOUR}")
_TEXT: Schema = {"type": "string", "pattern": r"\S", "maxLength": LONGEST}


def pack_schema() -> Schema:
    """A JSON Schema (2020-12) of one pack."""
    figures = {name: _figure(name) for name in FIGURES}
    hours = {"oneOf": [_SPAN, _most(_SPAN) | {"minItems": 1}]}
    certain = _table(figures | {"hours": hours, "weekdays": _value(KEYS["weekdays"].value)}, "hours")
    head = {
        "agency": _pattern(AGENCY),
        "title": _TEXT,
        "version": _pattern(VERSION),
        "effective_from": {"type": "string", "format": "date-time"},
    }
    rules = {"type": "array", "maxItems": MOST_RULES, "items": {"oneOf": [_rule(effect) for effect in Effect]}}
    choices = {name: {"enum": [word.value for word in enum]} for name, enum in CHOICES.items()}
    policy = _table(figures | choices | {"hours": _most(certain | {"minProperties": 2})})
    conditions = _table({key.name: _value(key.value) | {"description": key.group} for key in KEYS.values()})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Jemput SOP pack",
        **_table({"pack": _table(head, *PACK_KEYS), "policy": policy, "rule": rules}, "pack"),
        "$defs": {"conditions": conditions | {"minProperties": 1}},
    }


def _rule(effect: Effect) -> Schema:
    """A rule of one effect takes the fields of that effect beside those of every rule."""
    table: Schema = {"$ref": "#/$defs/conditions"}
    reasons, minutes = dict.fromkeys(REASON_KEYS, _TEXT), {"type": "number", "exclusiveMinimum": 0, "maximum": 120}
    approver: Schema = {"enum": list(APPROVERS)}
    known: Schema = {
        "id": _pattern(RULE_ID),
        "title": _TEXT,
        "effect": {"const": effect.value},
        **{part: {"oneOf": [table, _most(table) | {"minItems": 1}]} for part in PARTS},
        "clause": _TEXT,
        "source": _TEXT,
        "reason": _table(reasons | {"en": _table(reasons, "met", "unmet")}, "met", "unmet"),
        "overridable_by": {"enum": [member.value for member in OverridableBy]},
        "overrides": _words(),
        "approver": approver,
        "approvers": _most(_table({"who": approver, "agency": _TEXT, "hours": _SPAN}, "who")) | {"minItems": 1},
        "prefer_within_min": minutes,
        "sooner_by_min": minutes,
        "one_each": {"type": "boolean"},
        "documents": _words(*Document),
        "checklist": _words(),
        "notify": _words(),
        "booking": _table({"notice_min": {"type": "number", "minimum": 0}, "hours": _SPAN}, "notice_min", "hours"),
    }
    names = (*ALWAYS, *FIELDS_OF[effect])
    required = [*NEEDED, *(["must"] if effect in (Effect.REQUIRE, Effect.PREFER) else [])]
    required += ["notify"] if effect is Effect.HOLD else []
    rule = _table({name: known[name] for name in names}, *required)
    one_of = [{"required": ["approver"]}, {"required": ["approvers"]}]
    return rule | ({"oneOf": one_of} if effect is Effect.APPROVAL else {})


def _table(properties: Schema, *required: str) -> Schema:
    """A table of these fields and no others."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "additionalProperties": False, **needed, "properties": properties}


def _value(read: Read) -> Schema:
    match read.kind:
        case Kind.CHOICE:
            one: Schema = {"enum": list(read.allowed)}
        case Kind.NAMES:
            one = _TEXT if read.own else _TEXT | {"not": {"const": OWN}}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.NUMBER:
            return {"type": "number", "minimum": 0, "exclusiveMaximum": 1e6}
        case Kind.DAYS:
            day = f"({'|'.join(DAYS)})"
            return _pattern(f"{day}(-{day})?(, ?{day}(-{day})?)*")
        case Kind.HOURS:
            return {"anyOf": [{"const": OWN}, _SPAN]}
    return {"oneOf": [one, {"type": "array", "minItems": 1, "uniqueItems": True, "items": one}]}


def _words(*allowed: str) -> Schema:
    items: Schema = {"enum": list(allowed)} if allowed else _TEXT
    return {"type": "array", "minItems": 1, "maxItems": MOST_WORDS, "uniqueItems": True, "items": items}


def _most(items: Schema) -> Schema:
    return {"type": "array", "maxItems": MOST_ALTERNATIVES, "items": items}


def _figure(name: str) -> Schema:
    figure = FIGURES[name]
    return {"type": "integer" if figure.whole else "number", "minimum": figure.low, "maximum": figure.high}
