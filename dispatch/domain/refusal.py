"""A refusal by the domain: a value that says why a command was not carried out, never an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code for programs and the facts from which the edge makes an Indonesian sentence."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
