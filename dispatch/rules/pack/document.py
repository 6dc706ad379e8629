"""A pack as a form holds it: rules as plain tables, and the TOML text that they make."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import tomli_w

from dispatch.rules.pack.read import PARTS

Document = Mapping[str, Any]
# `reason_en` is a table of the same three in English.
_REASONS = {"met": "reason_met", "unmet": "reason_unmet", "would_help": "would_help", "en": "reason_en"}


def rule_documents(text: str) -> list[dict[str, Any]]:
    """The rules of a pack's text, each with its parts as lists of tables and its reasons beside the other fields.

    Raises tomllib.TOMLDecodeError for what is no TOML.
    """
    return [_flat(table) for table in tomllib.loads(text).get("rule", [])]


def _flat(table: Document) -> dict[str, Any]:
    flat = {name: value for name, value in table.items() if name not in ("reason", *PARTS)}
    for part in PARTS:
        given = table.get(part, [])
        flat[part] = given if isinstance(given, list) else [given]
    return flat | {long: table["reason"][short] for short, long in _REASONS.items() if short in table["reason"]}


def write_pack(
    *,
    agency: str,
    title: str,
    version: str,
    effective_from: datetime,
    policy: Document,
    rules: Sequence[Document],
) -> str:
    """The TOML text of a pack that a form holds; whether it is right is for `read_pack` to say."""
    document = {
        "pack": {"agency": agency, "title": title, "version": version, "effective_from": effective_from},
        **({"policy": dict(policy)} if policy else {}),
        "rule": [_nested(rule) for rule in rules],
    }
    return tomli_w.dumps(document)


def _nested(rule: Document) -> dict[str, Any]:
    """Fields that say nothing are left out, and a single alternative is written as a table."""
    reasons = set(_REASONS.values())
    table: dict[str, Any] = {}
    for name, value in rule.items():
        if name in reasons or value is None or value is False or value == []:
            continue
        if name == "approvers":
            value = [_said(one) for one in value]
        table[name] = value[0] if name in PARTS and len(value) == 1 else value
    table["reason"] = {short: said for short, long in _REASONS.items() if (said := _said(rule.get(long)))}
    return table


def _said(reason: object) -> object:
    """A text, or a table of those texts that are filled in."""
    return {name: text for name, text in reason.items() if text} if isinstance(reason, dict) else reason
