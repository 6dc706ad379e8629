"""Reading a SOP pack from its TOML text; every refusal names the line and says what would be right."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

from dispatch.rules.pack.checks import FIELDS_OF, judge_needs, judge_policy, judge_rule
from dispatch.rules.pack.faults import PackError, PackFault, Path, Said, said
from dispatch.rules.pack.fields import (
    MOST_ALTERNATIVES,
    MOST_RULES,
    FieldFault,
    Table,
    judge_names,
    read_approvers,
    read_booking,
    read_certain_hours,
    read_choice,
    read_figures,
    read_flag,
    read_number,
    read_part,
    read_table,
    read_text,
    read_words,
)
from dispatch.rules.pack.toml_lines import line_of, read_lines, read_toml
from dispatch.rules.sop import Approver, Effect, OverridableBy, Pack, Reason, Rule
from dispatch.vocabulary.needs import Document
from dispatch.vocabulary.policy import CHOICES, FIGURES, Policy

_T = TypeVar("_T")
PARTS = ("vehicles", "when", "unless", "must")
PACK_KEYS = ("agency", "title", "version", "effective_from")
ALWAYS = ("id", "title", "effect", "vehicles", "when", "unless", "clause", "source", "reason", "overridable_by")
NEEDED = ("id", "title", "effect", "clause", "source", "reason")
RULE_KEYS = tuple(dict.fromkeys((*ALWAYS, *(name for names in FIELDS_OF.values() for name in names))))
REASON_KEYS = ("met", "unmet", "would_help")
AGENCY, VERSION, RULE_ID = r"[a-z][a-z0-9-]{0,39}", r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}", r"[A-Za-z][A-Za-z0-9-]{0,19}"
_KEPT = 1000  # more than a region's agencies publish: every decision looks at all that is published
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=_KEPT)
def read_pack(text: str) -> Pack:
    """The pack that `text` holds; it never changes, so one that was read is kept.

    Raises:
        PackError: with everything that is wrong, in the order of its lines.
    """
    document = _load(text)
    return _Reader(read_lines(text), document).pack()


def _load(text: str) -> Table:
    # What was no UTF-8 in a file stands in its text as a half of a character.
    foreign = re.search(r"[\ud800-\udfff]", text)
    if foreign:
        raise PackError([PackFault(text.count("\n", 0, foreign.start()) + 1, "not_utf8", {})])
    try:
        return read_toml(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise PackError([PackFault(line, "not_toml", {"error": str(error)})]) from None
    except ValueError as error:
        raise PackError([PackFault(1, "not_toml", {"error": str(error)})]) from None


def judge_pack_beside(text: str, pack: Pack, faults: Iterator[Said]) -> None:
    """Raise a PackError with lines for faults whose paths begin with "pack" or with a rule's id."""
    numbers = {rule.id: number for number, rule in enumerate(pack.rules)}
    found = _Reader(read_lines(text), tomllib.loads(text))
    for fault in faults:
        head, *rest = fault.path
        at = ("pack",) if head == "pack" else ("rule", numbers[str(head)])
        found.note(replace(fault, path=(*at, *rest)))
    if found.faults:
        raise PackError(found.faults)


@dataclass(slots=True)
class _Reader:
    lines: dict[Path, int]
    document: Table
    faults: list[PackFault] = field(default_factory=list)

    def pack(self) -> Pack:
        self._attempt(partial(judge_names, self.document, ("pack", "policy", "rule"), (), "a pack"))
        head = self._attempt(self._head)
        policy = self._attempt(self._policy)
        rules = [
            (number, rule)
            for number, table in enumerate(self._attempt(self._tables) or [])
            if (rule := self._attempt(partial(_rule, table, ("rule", number)))) is not None
        ]
        first: dict[str, int] = {}
        for number, rule in rules:
            if rule.id in first:
                line = line_of(self.lines, ("rule", first[rule.id]))
                self.note(said(("rule", number, "id"), "rule_twice", rule=rule.id, line=line))
            first.setdefault(rule.id, number)
            for fault in judge_rule(rule):
                self.note(replace(fault, path=("rule", number, *fault.path)))
        for fault in judge_policy(policy) if policy else ():
            self.note(replace(fault, path=("policy", *fault.path)))
        if self.faults or head is None or policy is None:
            raise PackError(self.faults)
        pack = replace(head, rules=tuple(rule for _, rule in rules), policy=policy)
        for rule_id, fault in judge_needs(pack):
            self.note(replace(fault, path=("rule", first[rule_id])))
        if self.faults:
            raise PackError(self.faults)
        return pack

    def _attempt(self, read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except FieldFault as fault:
            self.note(fault.said)
            return None

    def note(self, fault: Said) -> None:
        """Keep a fault with its line, and with the rule and field that a form shows."""
        path, rule = fault.path, None
        names = [str(part) for part in path if isinstance(part, str)]
        if len(path) > 1 and path[0] == "rule" and isinstance(path[1], int):
            tables = self.document["rule"]
            table = tables[path[1]] if isinstance(tables, list) else {}
            rule, names = str(table.get("id", f"#{path[1] + 1}")), names[1:]
        self.faults.append(PackFault(line_of(self.lines, path), fault.code, fault.facts, rule, ".".join(names) or None))

    def _head(self) -> Pack:
        """A pack without its rules and its policy."""
        at = ("pack",)
        if "pack" not in self.document:
            raise FieldFault((), "no_head", names=", ".join(PACK_KEYS))
        head = read_table(self.document, "pack", PACK_KEYS, ())
        missing = [name for name in PACK_KEYS if name not in head]
        if missing:
            raise FieldFault(at, "head_lacks", names=", ".join(missing))
        agency, version = read_text(head, "agency", at), read_text(head, "version", at)
        if not re.fullmatch(AGENCY, agency):
            raise FieldFault((*at, "agency"), "bad_agency")
        if not re.fullmatch(VERSION, version):
            raise FieldFault((*at, "version"), "bad_version")
        effective_from = head["effective_from"]
        if not isinstance(effective_from, datetime) or effective_from.tzinfo is None:
            raise FieldFault((*at, "effective_from"), "no_offset")
        if not _FIRST <= effective_from <= _LAST:
            raise FieldFault((*at, "effective_from"), "far_time")
        title = read_text(head, "title", at)
        return Pack(agency=agency, title=title, version=version, effective_from=effective_from, rules=())

    def _policy(self) -> Policy:
        given = read_table(self.document, "policy", (*FIGURES, *CHOICES, "hours"), ())
        tables, at = given.get("hours", []), ("policy", "hours")
        if not isinstance(tables, list) or len(tables) > MOST_ALTERNATIVES:
            raise FieldFault((*at, MOST_ALTERNATIVES), "bad_certain_hours", most=MOST_ALTERNATIVES)
        hours = tuple(read_certain_hours(table, (*at, number)) for number, table in enumerate(tables))
        chosen = {name: read_choice(given, name, ("policy",), enum) for name, enum in CHOICES.items() if name in given}
        return Policy(**read_figures(given, ("policy",)), **chosen, hours=hours)  # type: ignore[arg-type]

    def _tables(self) -> list[Mapping[str, object]]:
        tables = self.document.get("rule", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise FieldFault(("rule",), "not_rules")
        if len(tables) > MOST_RULES:
            raise FieldFault(("rule", MOST_RULES), "too_many", name="a pack", most=MOST_RULES)
        return tables


def _rule(table: Table, path: Path) -> Rule:
    judge_names(table, RULE_KEYS, path, "a rule")
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise FieldFault(path, "rule_lacks", names=", ".join(missing))
    effect = read_choice(table, "effect", path, Effect)
    for name in table:
        if name not in ALWAYS and name not in FIELDS_OF[effect]:
            homes = " and ".join(kind.value for kind, names in FIELDS_OF.items() if name in names)
            raise FieldFault((*path, name), "wrong_effect_field", name=name, homes=homes, effect=effect.value)
    given, at = read_table(table, "reason", (*REASON_KEYS, "en"), path), (*path, "reason")
    reason = _reason(given, at)
    reason_en = _reason(read_table(given, "en", REASON_KEYS, at), (*at, "en")) if "en" in given else None
    if not re.fullmatch(RULE_ID, read_text(table, "id", path)):
        raise FieldFault((*path, "id"), "bad_rule_id")
    others: dict[str, Any] = {name: read(table, name, path) for name, read in _FIELDS.items() if name in table}
    if "approver" in table:
        if "approvers" in table:
            raise FieldFault((*path, "approvers"), "two_approvers", rule=table["id"])
        others["approvers"] = (Approver(who=read_text(table, "approver", path)),)
    return Rule(effect=effect, reason=reason, reason_en=reason_en, **others)


_FIELDS: Mapping[str, Callable[[Table, str, Path], object]] = {
    **dict.fromkeys(("id", "title", "clause", "source"), read_text),
    **dict.fromkeys(PARTS, read_part),
    "overrides": lambda table, name, path: frozenset(read_words(table, name, path)),
    "approvers": read_approvers,
    "overridable_by": partial(read_choice, enum=OverridableBy),
    "prefer_within_min": read_number,
    "sooner_by_min": read_number,
    "one_each": read_flag,
    "documents": partial(read_words, allowed=tuple(Document)),
    "checklist": partial(read_words, example="…"),
    "notify": partial(read_words, example="police"),
    "booking": read_booking,
}


def _reason(table: Table, path: Path) -> Reason:
    for name in ("met", "unmet"):
        if name not in table:
            raise FieldFault(path, "reason_lacks", name=name)
    return Reason(**{name: read_text(table, name, path) for name in REASON_KEYS if name in table})
