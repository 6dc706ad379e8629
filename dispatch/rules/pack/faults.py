"""What can be wrong with a pack: a code with its facts, and the English sentence that says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

Path = tuple[str | int, ...]

SENTENCES: Mapping[str, str] = {
    "not_toml": "this is not TOML: {error}",
    "not_utf8": "a pack is written in UTF-8: this line has something else",
    "unknown_field": "unknown field {name!r} in {where}: it takes {known}",
    "no_head": "the pack lacks its head: begin with [pack] and {names}",
    "head_lacks": "[pack] lacks {names}",
    "bad_agency": "agency takes small letters, digits and hyphens, such as kota-tangerang",
    "bad_version": "version takes letters, digits, dots and hyphens, such as 2019-08-26",
    "no_offset": "effective_from takes a time with an offset, such as 2019-08-26T00:00:00+07:00",
    "far_time": "effective_from takes a time between the years 2000 and 2200",
    "not_table": "{name} is written as a table: {name} = {{ ... }}",
    "not_rules": "rules are written as [[rule]] tables, with two brackets",
    "rule_lacks": "the rule lacks {names}",
    "wrong_effect_field": "{name} belongs to the effect {homes}, and this rule's is {effect}",
    "reason_lacks": "the rule's reason lacks {name}",
    "bad_rule_id": "id takes a letter, then letters, digits and hyphens, 20 at most, such as R02",
    "bad_part": '{name} takes a table of conditions, {name} = {{ need = ["body"] }}, or a list of such tables',
    "bad_value": "{part}.{name}: {why}",
    "bad_booking": 'booking takes notice_min and hours: booking = {{ notice_min = 120, hours = "07:00-20:00" }}',
    "bad_booking_hours": 'booking.hours takes the hours of the place, such as "07:00-20:00"',
    "not_words": '{name} takes a list of words, such as {name} = ["{example}"]',
    "empty_list": "{name} is an empty list: leave it out, or name something",
    "named_twice": "{name} names something twice",
    "not_among": "{names} is none of: {allowed}",
    "not_flag": "{name} takes true or false",
    "not_number": "{name} takes a number that is not negative",
    "not_whole": "{name} takes a whole number",
    "bad_certain_hours": (
        'figures of certain hours are written as [[policy.hours]] tables: hours = "22:00-05:00" (or a list), and what '
        "differs then; {most} at most"
    ),
    "not_choice": "{value!r} is no {name}: it takes {allowed}",
    "not_text": "{name} takes a text",
    "too_long": "{name} takes {most} characters at most",
    "too_many": "{name} takes {most} at most",
    "rule_twice": "rule {rule} stands twice in this pack (line {line}): give one of them another id",
    "built_in_id": "{rule} is the id of a built-in rule: take another",
    "forbids_everything": "{rule} would forbid everything: say when, or for which vehicles",
    "requires_nothing": "{rule} requires something: say what in must",
    "prefers_nothing": "{rule} prefers something: say what in must",
    "no_approver": "{rule} asks for a yes: approver takes {allowed}",
    "bad_approver": "an approver has who, and agency and hours where they matter, such as {example}",
    "two_approvers": "{rule} names approver and approvers: name either one, or several in their order",
    "approver_twice": "{rule} names an approver twice",
    "own_operator_alone": "{rule}: the vehicle's own operator is asked alone and at any hour",
    "pair_of_what": "{rule} sends a second vehicle: say either sooner_by_min or one_each = true",
    "defers_nothing": "{rule} lets something follow: name documents, or a booking",
    "tells_nobody": "{rule} tells somebody: name whom in notify",
    "overrides_of_one_each": "{rule}: overrides belongs to sooner_by_min, not to one_each",
    "overrides_itself": "{rule} overrides itself",
    "never_lifted": "{other} is never lifted: a hearse does not carry the living, whoever is off duty is not sent",
    "out_of_range": "{name} takes {low} to {high}",
    "vehicle_keys_only": "{rule}: vehicles takes vehicle keys; {name} stands in when",
    "contradiction": "{rule}: {one} and {two} contradict each other in {part}",
    "never_speaks": "{rule} never speaks: when contradicts vehicles",
    "unless_always": "{rule} never speaks: unless holds whenever its case is there",
    "never_met": '{rule} can never be met: must contradicts when or vehicles; to forbid, write effect = "deny"',
    "unknown_fact": "reason.{name} names {fact}, which {rule} does not look at: it knows {known}",
    "lone_brace": "reason.{name} has a brace without its pair: a fact is written {{class}}",
    "red_longer": "offer_red_s is longer than offer_other_s: red is asked for no longer than the others",
    "town_faster": "hearse_town_kph is above hearse_open_kph: a hearse is no faster in town",
    "need_without_class": (
        "no class of vehicle may serve {need} any more ({rules}): name the vehicles that a rule is about, "
        "or an exception in unless"
    ),
    "version_taken": "version {version} of {agency} is there already with another text: give it another name",
    "versions_overlap": "{other} of {agency} is in force from the same instant: two versions cannot overlap",
    "overrides_unknown": "{rule} overrides {name}, which neither {agency} nor national has",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is wrong at a place within a pack or a rule."""

    path: Path
    code: str
    facts: Mapping[str, object]


def said(path: Path, code: str, **facts: object) -> Said:
    """A fault with its facts."""
    return Said(path, code, facts)


@dataclass(frozen=True, slots=True)
class PackFault:
    """One thing that is wrong: its line (from 1), and the rule and field where a form shows it."""

    line: int
    code: str
    facts: Mapping[str, object]
    rule: str | None = None
    field: str | None = None

    @property
    def sentence(self) -> str:
        """What to do, in English, for an editor of the file; dispatch.words.drafts says it for pages."""
        return SENTENCES[self.code].format(**self.facts)


class PackError(ValueError):
    """A pack that cannot be taken: `line` and `sentence` are of the first fault, `faults` holds all of them."""

    def __init__(self, faults: list[PackFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        self.line, self.sentence = self.faults[0].line, self.faults[0].sentence
        super().__init__(f"line {self.line}: {self.sentence}")
