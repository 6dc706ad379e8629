"""Decisions of before 0.2, which were kept in Indonesian sentences: read as they were written, never parsed."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dispatch.choosing.record import CandidateRecord, DecisionRecord, WrittenWords
from dispatch.store.rows import adapter

_CANDIDATE = frozenset(field.name for field in fields(CandidateRecord)) - {"findings"}


def read_old(document: Mapping[str, Any]) -> DecisionRecord:
    """The record of a decision that was kept in words."""
    candidates = [{**candidate, "vehicle_class": candidate["class"]} for candidate in document["candidates"]]
    return adapter(DecisionRecord).validate_python(
        {
            **{name: document[name] for name in ("outcome", "at", "chosen", "considered", "computed_in_ms")},
            "sop": {pack["agency"]: pack["version"] for pack in document["sop"]},
            "candidates": [{name: c[name] for name in _CANDIDATE & c.keys()} for c in candidates],
            "notices": [{"whom": whom, "rule": ""} for whom in document.get("notified", ())],
            "soon": document.get("soon", {}),
            "written": WrittenWords(
                sentence=document["sentence"],
                say=document["say"],
                checklist=tuple(document.get("checklist", ())),
                findings={c["vehicle_id"]: tuple(c["findings"]) for c in document["candidates"] if c["findings"]},
            ),
        }
    )
