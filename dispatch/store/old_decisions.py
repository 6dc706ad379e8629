"""Decisions of before 0.2, which were kept in Indonesian sentences: read as they were written, never parsed."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dispatch.choosing.record import CandidateRecord

_CANDIDATE = frozenset(field.name for field in fields(CandidateRecord)) - {"findings"}


def as_record(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document of a DecisionRecord, also for a decision that was kept in words."""
    if "sentence" not in document:
        return document
    candidates = [{**candidate, "vehicle_class": candidate["class"]} for candidate in document["candidates"]]
    return {
        **{name: document[name] for name in ("outcome", "at", "chosen", "considered", "computed_in_ms")},
        "sop": {pack["agency"]: pack["version"] for pack in document["sop"]},
        "candidates": [{name: c[name] for name in _CANDIDATE & c.keys()} for c in candidates],
        "notices": [{"whom": whom, "rule": ""} for whom in document.get("notified", ())],
        "soon": document.get("soon", {}),
        "written": {
            **{name: document[name] for name in ("sentence", "say", "checklist") if name in document},
            "findings": {c["vehicle_id"]: c["findings"] for c in document["candidates"] if c["findings"]},
        },
    }
