"""The trade's words as pages show them: buttons and states of a trip, needs, classes, duties and the like."""

from collections.abc import Mapping

from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.words.tables import phrase, table, tables_of


def step_button(step: Step, lang: Lang) -> str | None:
    """What a person taps to take a step; None for a step of the desk."""
    return table(lang, "steps.button").get(step)


def state_name(state: AssignmentState, lang: Lang) -> str:
    """A state of the trip in one or two words."""
    return phrase(lang, "steps.state", state)


def state_words(state: AssignmentState, lang: Lang) -> str:
    """A state of the trip as a timeline says it of a vehicle."""
    return phrase(lang, "events.state", state)


def page_tables(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Every table that pages show, by its name: what the pages' own vocabulary is made from."""
    steps = {name: rows for name, rows in tables_of(lang, "steps").items() if name != "state"}
    return {**tables_of(lang, "pages"), **steps, "trip": table(lang, "steps.state")}
