"""Tables of sentences and names, which translators edit: a folder a language, a TOML file a subject."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from dispatch.vocabulary.languages import Lang


class Gaps(dict[str, str]):
    """A template's name without a fact stays visible as it is written."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@cache
def tables_of(lang: Lang, subject: str) -> Mapping[str, Mapping[str, str]]:
    """Every table of one file. Raises FileNotFoundError for a subject that has none."""
    text = (resources.files("dispatch.words") / lang / f"{subject}.toml").read_text("utf-8")
    return MappingProxyType({name: MappingProxyType(rows) for name, rows in tomllib.loads(text).items()})


def table(lang: Lang, name: str) -> Mapping[str, str]:
    """One table by its subject and name, such as "facts.class". Raises KeyError for one that is not there."""
    subject, _, rows = name.partition(".")
    return tables_of(lang, subject)[rows]


def phrase(lang: Lang, name: str, key: str, /, **facts: object) -> str:
    """A sentence of a table with its facts. Raises KeyError for a sentence that is not there."""
    return table(lang, name)[key].format_map(Gaps({fact: str(value) for fact, value in facts.items()}))


def name_of(lang: Lang, name: str, code: object) -> str:
    """What a table calls a code; one that it does not know has the general word of the table "other" beside it.

    Such a code is of a later version, or a person's id in an old entry: nobody is to read it.
    """
    subject, _, rows = name.partition(".")
    return table(lang, name).get(str(code)) or tables_of(lang, subject)["other"][rows]


def name_or_own(lang: Lang, name: str, text: object) -> str:
    """What a table calls a code where people's and packs' own words stand beside codes: those stay as they are."""
    return table(lang, name).get(str(text), str(text))


def capital(text: str) -> str:
    """The text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def page_tables(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Every table of codes that pages show, by its name: what the pages' own vocabulary is made from.

    Of a trip: `trip` has its states in one or two words, `button` the steps of people, `on_scene` those that are called
    otherwise at the pick-up.
    """
    steps, facts = tables_of(lang, "steps"), tables_of(lang, "facts")
    labels = {
        name: {code: capital(word) for code, word in facts[name].items()}
        for name in ("class", "urgency", "cause", "documents")
    }
    trip = {"trip": steps["state"], "button": steps["button"], "on_scene": steps["on_scene"]}
    said = {name: tables_of(lang, "events")[name] for name in ("call", "why")}
    return {**tables_of(lang, "pages"), **labels, **said, **trip}
