"""The trade's words as pages show them: buttons and states of a trip, needs, classes, duties and the like."""

from collections.abc import Mapping

from dispatch.vocabulary.languages import Lang
from dispatch.words.tables import tables_of


def page_tables(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Every table of codes that pages show, by its name: what the pages' own vocabulary is made from.

    Of a trip: `trip` has its states in one or two words, `button` the steps of people, `on_scene` those that are called
    otherwise at the pick-up, `timeline` the states as they are said of a vehicle.
    """
    steps, timeline = dict(tables_of(lang, "steps")), tables_of(lang, "events")["state"]
    return {**tables_of(lang, "pages"), "trip": steps.pop("state"), **steps, "timeline": timeline}
