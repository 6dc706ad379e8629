"""A draft: a version of an agency's SOP that is not published yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DraftState(StrEnum):
    """How far a draft has come."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class SopDraft:
    """`text` is its TOML; `edit` grows with every change and is compared before the next."""

    id: str
    agency: str
    state: DraftState
    text: str
    edit: int
    base_version: str | None
    created_by: str
    updated_by: str
    updated_at: datetime
    submitted_by: str | None = None
    approved_by: str | None = None
    reason: str | None = None
