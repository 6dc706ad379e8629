"""Reading a SOP pack from its TOML text; every refusal names the line and says what would be right."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import TypeVar

from dispatch.domain.conditions import KEYS, BadValueError, Condition, Group
from dispatch.domain.directory import Role
from dispatch.domain.sop import Effect, OverridableBy, Pack, Policy, Rule

_E = TypeVar("_E", Effect, OverridableBy)


class PackError(ValueError):
    """A pack that cannot be read: `line` counts from 1, `sentence` says what to do."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


_PACK_KEYS = {"agency", "title", "version", "effective_from"}
_RULE_KEYS = {
    *("id", "title", "effect", "vehicles", "when", "must", "overrides", "approver", "clause", "source", "reason"),
    *("overridable_by", "prefer_within_min"),
}
_REASON_KEYS = {"met", "unmet", "would_help"}
_APPROVERS = {Role.OPERATOR.value, Role.HEALTH_OFFICER.value}


def read_pack(text: str) -> Pack:
    """The pack that `text` holds.

    Raises:
        PackError: at the first thing that is wrong.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(_toml_line(str(error)), f"this is not TOML: {error}") from None
    return _Reader(text, document).pack()


def _toml_line(message: str) -> int:
    _, found, rest = message.partition("at line ")
    return int(rest.split(",")[0]) if found else 1


class _Reader:
    def __init__(self, text: str, document: Mapping[str, object]) -> None:
        self._lines = text.splitlines()
        self._document = document
        self._rule_starts = [n for n, line in enumerate(self._lines, 1) if line.strip() == "[[rule]]"]
        self._start = 1

    def pack(self) -> Pack:
        unknown = set(self._document) - {"pack", "policy", "rule"}
        if unknown:
            name = min(unknown)
            raise PackError(self._line(name), f"unknown part {name!r}: a pack has [pack], [policy] and [[rule]]")
        head = self._table(self._document, "pack", _PACK_KEYS)
        missing = sorted(_PACK_KEYS - set(head))
        if missing:
            raise PackError(1, f"[pack] lacks {', '.join(missing)}")
        effective_from = head["effective_from"]
        if not isinstance(effective_from, datetime) or effective_from.tzinfo is None:
            line = self._line("effective_from")
            raise PackError(line, "effective_from takes a time with an offset, such as 2019-08-26T00:00:00+07:00")
        return Pack(
            agency=self._text(head, "agency"),
            title=self._text(head, "title"),
            version=self._text(head, "version"),
            effective_from=effective_from,
            rules=self._rules(),
            policy=self._policy(),
        )

    def _policy(self) -> Policy:
        names = {field.name for field in fields(Policy)}
        given = self._table(self._document, "policy", names)
        numbers: dict[str, float] = {}
        for name, value in given.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise PackError(self._line(name), f"{name} takes a number that is not negative")
            numbers[name] = value
        refusals = int(numbers.pop("refusals_to_operator", Policy().refusals_to_operator))
        return Policy(refusals_to_operator=refusals, **numbers)

    def _rules(self) -> tuple[Rule, ...]:
        tables = self._document.get("rule", [])
        if not isinstance(tables, list):
            raise PackError(self._line("rule"), "rules are written as [[rule]] tables")
        rules: list[Rule] = []
        for number, table in enumerate(tables):
            self._start = self._rule_starts[number] if number < len(self._rule_starts) else 1
            rule = self._rule(table)
            if any(rule.id == other.id for other in rules):
                raise PackError(self._start, f"rule {rule.id} stands twice in this pack")
            rules.append(rule)
        return tuple(rules)

    def _rule(self, table: Mapping[str, object]) -> Rule:
        self._known(table, _RULE_KEYS, "a rule")
        for name in ("id", "title", "effect", "clause", "source", "reason"):
            if name not in table:
                raise PackError(self._start, f"the rule lacks {name}")
        reason = self._table(table, "reason", _REASON_KEYS)
        for name in ("met", "unmet"):
            if name not in reason:
                raise PackError(self._start, f"the rule's reason lacks {name}")
        effect = self._choice(table, "effect", Effect)
        rule = Rule(
            id=self._text(table, "id"),
            title=self._text(table, "title"),
            effect=effect,
            clause=self._text(table, "clause"),
            source=self._text(table, "source"),
            reason_met=self._text(reason, "met"),
            reason_unmet=self._text(reason, "unmet"),
            would_help=self._text(reason, "would_help") if "would_help" in reason else None,
            vehicles=self._conditions(table, "vehicles"),
            when=self._conditions(table, "when"),
            must=self._conditions(table, "must"),
            overrides=self._overrides(table),
            approver=self._text(table, "approver") if "approver" in table else None,
            overridable_by=self._choice(table, "overridable_by", OverridableBy)
            if "overridable_by" in table
            else OverridableBy.NOBODY,
            prefer_within_min=self._minutes(table),
        )
        self._judge(rule)
        return rule

    def _judge(self, rule: Rule) -> None:
        if rule.effect is Effect.APPROVAL and rule.approver not in _APPROVERS:
            raise PackError(self._start, f"{rule.id} asks for a yes: approver takes {' or '.join(sorted(_APPROVERS))}")
        if rule.effect is not Effect.APPROVAL and (rule.overrides or rule.approver):
            raise PackError(self._start, f"{rule.id}: overrides and approver belong to the effect approval")
        if rule.effect is Effect.REQUIRE and not rule.must:
            raise PackError(self._start, f"{rule.id} requires something: say what in must")
        if rule.effect in (Effect.DENY, Effect.APPROVAL) and rule.must:
            raise PackError(self._start, f"{rule.id}: must belongs to require and prefer")
        if rule.effect is Effect.DENY and not (rule.when or rule.vehicles):
            raise PackError(self._start, f"{rule.id} would forbid everything: say when, or for which vehicles")
        if any(condition.key.group is not Group.VEHICLE for condition in rule.vehicles):
            raise PackError(self._start, f"{rule.id}: vehicles takes vehicle keys only")

    def _conditions(self, table: Mapping[str, object], part: str) -> tuple[Condition, ...]:
        found: list[Condition] = []
        for name, value in self._table(table, part, set(KEYS)).items():
            key = KEYS[name]
            try:
                found.append(Condition(key, key.read(value)))
            except BadValueError as error:
                raise PackError(self._line(name), f"{part}.{name}: {error}") from None
        return tuple(found)

    def _overrides(self, table: Mapping[str, object]) -> frozenset[str]:
        value = table.get("overrides", [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise PackError(self._line("overrides"), 'overrides takes a list of rule ids, such as ["R01"]')
        return frozenset(value)

    def _minutes(self, table: Mapping[str, object]) -> float:
        value = table.get("prefer_within_min", 15)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise PackError(self._line("prefer_within_min"), "prefer_within_min takes minutes")
        return float(value)

    def _choice(self, table: Mapping[str, object], name: str, enum: type[_E]) -> _E:
        try:
            return enum(self._text(table, name))
        except ValueError:
            allowed = ", ".join(member.value for member in enum)
            raise PackError(self._line(name), f"{table[name]!r} is no {name}: it takes {allowed}") from None

    def _table(self, parent: Mapping[str, object], name: str, known: set[str]) -> Mapping[str, object]:
        table = parent.get(name, {})
        if not isinstance(table, dict):
            raise PackError(self._line(name), f"{name} is written as a table: {name} = {{ ... }}")
        self._known(table, known, name)
        return table

    def _known(self, table: Mapping[str, object], known: set[str], where: str) -> None:
        for name in table:
            if name not in known:
                raise PackError(
                    self._line(name), f"unknown field {name!r} in {where}: it takes {', '.join(sorted(known))}"
                )

    def _text(self, table: Mapping[str, object], name: str) -> str:
        value = table[name]
        if not isinstance(value, str) or not value.strip():
            raise PackError(self._line(name), f"{name} takes a text")
        return value

    def _line(self, name: str) -> int:
        """The line of the present rule (or the pack's head) that names `name`."""
        for number in range(self._start, len(self._lines) + 1):
            if name in self._lines[number - 1].split("#")[0]:
                return number
        return self._start
