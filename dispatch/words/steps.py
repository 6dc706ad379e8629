"""The trade's words as pages show them: buttons and states of a trip, needs, classes, duties and the like."""

from collections.abc import Mapping

from dispatch.vocabulary.languages import Lang
from dispatch.words.tables import capital, tables_of


def page_tables(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Every table of codes that pages show, by its name: what the pages' own vocabulary is made from.

    Of a trip: `trip` has its states in one or two words, `button` the steps of people, `on_scene` those that are called
    otherwise at the pick-up.
    """
    steps, facts = tables_of(lang, "steps"), tables_of(lang, "facts")
    labels = {
        name: {code: capital(word) for code, word in facts[name].items()} for name in ("class", "urgency", "cause")
    }
    trip = {"trip": steps["state"], "button": steps["button"], "on_scene": steps["on_scene"]}
    return {**tables_of(lang, "pages"), **labels, "call": tables_of(lang, "events")["call"], **trip}
