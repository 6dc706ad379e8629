"""What is written to people, in plain and kind words; a sentence that lacks a fact is left out."""

import string
from collections.abc import Mapping

from dispatch.vocabulary.languages import Lang
from dispatch.words.tables import name_of, phrase, table, tables_of


def message_text(template: str, words: Mapping[str, str | None], lang: Lang) -> str:
    """What is said, sentence by sentence; `words` are the facts as people read them.

    `template` is one of dispatch.domain.message, or what a state of the trip tells. The first sentence is always said:
    it names nothing but words that have a default.
    """
    known = {**table(lang, "messages.default"), **{name: value for name, value in words.items() if value}}
    sentences = table(lang, "messages.say")[template].splitlines()
    return " ".join(said.format_map(known) for said in sentences if names_of(said) <= known.keys())


def names_of(sentence: str) -> set[str]:
    """The facts that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def name_in(name: str, code: str, lang: Lang) -> str | None:
    """What messages call a code: `name` is what, owners, ends or whys; None where they say nothing."""
    names = tables_of(lang, "messages")[name]
    return names.get(code, names.get("other"))


def car_named(vehicle: str, plate: str | None, driver: str | None, lang: Lang) -> str:
    """A vehicle with what it is found by in a street, as far as it is known."""
    key = "both" if plate and driver else "plate" if plate else "driver" if driver else "none"
    return phrase(lang, "messages.car", key, vehicle=vehicle, plate=plate, driver=driver)


def aboard_text(lang: Lang) -> str:
    """That whoever was being carried is in the vehicle still."""
    return phrase(lang, "messages.aboard", "still")


def sets_out_booked(lang: Lang) -> str:
    """When a vehicle sets out that is to be there at a booked time, and need not yet."""
    return phrase(lang, "messages.booked", "sets_out")


def changed_time_text(when: str, lang: Lang) -> str:
    """That a trip is at another time, and which."""
    return phrase(lang, "messages.booked", "time", when=when)


def request_named(
    need: str, lang: Lang, *, pickup: str | None, asked_by: str | None, booked: str | None, since: str
) -> str:
    """A request as people know it: what for, from where, and when.

    `asked_by` stands for a pick-up that may not be named. A booked trip is known by its own time, any other by the one
    at which it was asked for.
    """
    key = "from" if pickup else "asked" if asked_by else "alone"
    when = phrase(lang, "messages.which", "booked", when=booked) if booked else since
    what = table(lang, "messages.for")[need]
    return phrase(lang, "messages.which", key, what=what, place=pickup or asked_by, when=when)


def recipient_label(kind: str, name: str, lang: Lang) -> str:
    """Whom a message is for, as people read it; `name` is that of the vehicle, facility or agency, if it is known."""
    label = name_of(lang, "messages.recipient", kind)
    return label.format(name=name) if name or "{name}" not in label else name_of(lang, "messages.recipient", "")
