"""What a scenario expected and what happened, in codes and facts until somebody reads it: in a shell or on a page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dispatch.domain.fix import LinkHealth
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.vocabulary.vehicle_classes import Duty
from dispatch.words.refusals import refusal_title
from dispatch.words.tables import name_or_own, phrase, table

_OUTCOME = "drafts.outcome"
# What people call a code: by its type, or by the name of a fact in which own words stand beside codes.
_WORDS: Mapping[type, str] = {
    RequestState: "pages.state",
    AssignmentState: "steps.state",
    Duty: "facts.duty",
    LinkHealth: "pages.link",
}
_OWN_WORDS = {"document": "facts.documents", "whom": "drafts.whom", "role": "events.role", "told": "drafts.told"}


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase of `drafts.outcome` and its facts: as text it is English with the codes of the file, for a shell."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return phrase(Lang.EN, _OUTCOME, self.key, **{name: text_of(value) for name, value in self.facts.items()})

    def text(self, lang: Lang) -> str:
        """The same in words."""
        return phrase(
            lang, _OUTCOME, self.key, **{name: _word(name, value, lang) for name, value in self.facts.items()}
        )


def said(key: str, /, **facts: object) -> Said:
    """A phrase with its facts."""
    return Said(key, facts)


def just(value: object) -> Said:
    """What needs no words around it."""
    return Said("just", {"value": value})


def text_of(value: object) -> str:
    """A value as a report shows it in a shell."""
    if isinstance(value, Refusal):
        return f"{value.code} { {name: str(fact) for name, fact in value.facts.items()} }"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {text_of(item) or '-'}" for name, item in sorted(value.items()))
    if isinstance(value, Collection) and not isinstance(value, str):
        return ", ".join(sorted(map(text_of, value)))
    return str(value)


def _word(name: str, value: object, lang: Lang) -> str:
    match value:
        case Said():
            return value.text(lang)
        case Refusal():
            return refusal_title(value, lang)
        case RefusalCode():
            return refusal_title(Refusal(value), lang)
        case bool():
            return table(lang, "facts.value")["yes" if value else "no"]
        case Mapping():
            return ", ".join(f"{key}: {_word(name, item, lang)}" for key, item in sorted(value.items()))
        case str() if type(value) in _WORDS:
            return table(lang, _WORDS[type(value)])[value]
        case str():
            return name_or_own(lang, _OWN_WORDS[name], value) if name in _OWN_WORDS else value
        case Collection():
            return ", ".join(sorted(_word(name, item, lang) for item in value))
    return str(value)
