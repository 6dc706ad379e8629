"""What the family reads on its link."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import TRAIL, AssignmentState, Leg
from dispatch.words.tables import phrase, table
from dispatch.words.times import change_text, clock_text, day_text, weekday_text, when_text

_SAY = "family.say"


def headline(state: RequestState, need: Need, lang: Lang) -> str:
    """How far the request has come, or how it ended."""
    of_document = need is Need.DOCUMENT and state in (RequestState.WAITING, RequestState.COMPLETED)
    return phrase(lang, "family.headline", f"{state}_document" if of_document else state)


def over(lang: Lang) -> str:
    """What stands where a link is no longer one."""
    return phrase(lang, "family.headline", "over")


def due_line(due_at: datetime, need: Need, now: datetime, zone: tzinfo, lang: Lang) -> str:
    """By when somebody calls, with an apology where that is over `now`; a document may take days."""
    if due_at < now:
        return phrase(lang, _SAY, "late", when=when_text(due_at, now, zone, lang))
    key = "due_document" if need is Need.DOCUMENT else "due"
    return phrase(lang, _SAY, key, day=day_text(due_at, zone, lang), clock=clock_text(due_at, zone))


def schedule_line(at: datetime, zone: tzinfo, lang: Lang) -> str:
    """When a booked trip is."""
    return phrase(lang, _SAY, "schedule", day=day_text(at, zone, lang), clock=clock_text(at, zone))


def condolence_line(lang: Lang) -> str:
    """What stands before anything else where somebody has died."""
    return phrase(lang, _SAY, "condolence")


def destination_line(due_at: datetime, zone: tzinfo, lang: Lang) -> str:
    """By when the family is asked where the body goes."""
    return phrase(lang, _SAY, "destination", clock=clock_text(due_at, zone))


def lies_at_line(place: str, lang: Lang) -> str:
    """From which facility a body is fetched."""
    return phrase(lang, _SAY, "lies_at", place=place)


def others_line(lang: Lang) -> str:
    """Of the patients of one request somebody has died, and others live."""
    return phrase(lang, _SAY, "others")


def booked_line(*, kept: bool, lang: Lang) -> str:
    """Whether a vehicle is kept for a booked trip."""
    return phrase(lang, _SAY, "kept" if kept else "sought")


def waits_line(*, waiting: bool, lang: Lang) -> str:
    """The vehicle that brought the patient waits for the way back, or will."""
    return phrase(lang, _SAY, "waits" if waiting else "will_wait")


def uncertain_line(due_at: datetime, zone: tzinfo, lang: Lang) -> str:
    """A booked trip that is near has no vehicle, and by when somebody calls."""
    return phrase(lang, _SAY, "uncertain", clock=clock_text(due_at, zone))


def on_call_line(at: datetime, zone: tzinfo, lang: Lang) -> str:
    """The way back begins when the family says so."""
    return phrase(lang, _SAY, "on_call", day=day_text(at, zone, lang), clock=clock_text(at, zone))


def ride_label(at: datetime, *, back: bool, on_call: bool, zone: tzinfo, lang: Lang) -> str:
    """A ride of a series in a list."""
    key = "ride_on_call" if on_call else "ride_back" if back else "ride"
    return phrase(lang, _SAY, key, day=weekday_text(at, zone, lang), clock=clock_text(at, zone))


def left_line(lang: Lang) -> str:
    """The family has left by itself."""
    return phrase(lang, _SAY, "left")


def held_line(lang: Lang) -> str:
    """The destination waits."""
    return phrase(lang, _SAY, "held")


def assigned_line(assigned: int, missing: int, lang: Lang) -> str:
    """How many of several vehicles are found, and how many are not yet."""
    return phrase(lang, _SAY, "some_assigned" if missing else "all_assigned", assigned=assigned, missing=missing)


def transfer_line(lang: Lang) -> str:
    """The patient is to change to another vehicle."""
    return phrase(lang, _SAY, "transfer")


def car_line(plate: str | None, driver: str | None, lang: Lang) -> str | None:
    """By what the vehicle is found in a street; None where nothing is known."""
    key = "car" if plate and driver else "car_plate" if plate else "car_driver"
    return phrase(lang, _SAY, key, plate=plate, driver=driver) if plate or driver else None


def signal_line(at: datetime, zone: tzinfo, lang: Lang) -> str:
    """Since when the vehicle has not been heard."""
    return phrase(lang, _SAY, "signal", clock=clock_text(at, zone))


def arrives_line(at: datetime, leg: Leg, zone: tzinfo, lang: Lang) -> str:
    """When the vehicle arrives where it heads."""
    return phrase(lang, _SAY, f"arrives_{leg}", clock=clock_text(at, zone))


def change_line(later_min: int, lang: Lang) -> str | None:
    """How much later or sooner that is than was said first; None where it is as was said."""
    return phrase(lang, _SAY, "arrival", change=change_text(later_min, lang)) if later_min else None


def first_contact(name: str, lang: Lang) -> str:
    """A vehicle that goes ahead of another one."""
    return phrase(lang, _SAY, "first_contact", name=name)


def step_labels(lang: Lang) -> Mapping[AssignmentState, str]:
    """The steps of the trip in their order; states with the same label are one step."""
    labels = table(lang, "steps.family")
    return {state: labels[state] for state in TRAIL}


def page_words(lang: Lang) -> Mapping[str, str]:
    """What stands on the page beside: its title, what the family may answer, whom to call."""
    return table(lang, "family.page")
