"""Times and spans as people read them."""

from datetime import datetime, tzinfo

from dispatch.vocabulary.bookings import Weekday
from dispatch.vocabulary.languages import Lang
from dispatch.words.tables import name_of, phrase, table


def clock_text(at: datetime, zone: tzinfo) -> str:
    """A time of day, the same in every language: 16.59."""
    return at.astimezone(zone).strftime("%H.%M")


def deadline_text(at: datetime, zone: tzinfo) -> str:
    """The end of a short time: to the second, unless it is a full minute, for half a minute may be all that is left."""
    return at.astimezone(zone).strftime("%H.%M.%S").removesuffix(".00")


def date_text(iso: str, lang: Lang) -> str:
    """An ISO date with its month in letters: 26 Agu 2019."""
    year, month, day = iso.split("-")
    return phrase(lang, "times.say", "date", day=int(day), month=table(lang, "times.month")[str(int(month))], year=year)


def day_text(at: datetime, zone: tzinfo, lang: Lang) -> str:
    """The day of a time: 26 Agu 2019."""
    return date_text(at.astimezone(zone).date().isoformat(), lang)


def weekday_text(at: datetime, zone: tzinfo, lang: Lang) -> str:
    """The day of a time with its name: Senin, 26 Agu 2019."""
    day = tuple(Weekday)[at.astimezone(zone).weekday()]
    return f"{name_of(lang, 'facts.weekdays', day.value)}, {day_text(at, zone, lang)}"


def when_text(at: datetime, now: datetime, zone: tzinfo, lang: Lang) -> str:
    """A time of day, with its date where that is not the day of `now`."""
    day, clock = day_text(at, zone, lang), clock_text(at, zone)
    return phrase(lang, "times.say", "today" if day == day_text(now, zone, lang) else "on_day", clock=clock, date=day)


def booked_text(at: datetime, zone: tzinfo, lang: Lang) -> str:
    """A booked time: always with its day."""
    return phrase(lang, "times.say", "booked", clock=clock_text(at, zone), date=day_text(at, zone, lang))


def span_text(count: int, unit: str, lang: Lang) -> str:
    """A number of whole minutes, hours or days; `unit` is minute, hour or day."""
    return phrase(lang, "times.span", f"{unit}_one" if count == 1 else unit, n=count)


def change_text(later_min: int, lang: Lang) -> str:
    """How much later or sooner, in whole minutes: 4 menit lebih lambat."""
    return phrase(
        lang, "times.say", "later" if later_min > 0 else "sooner", span=span_text(abs(later_min), "minute", lang)
    )


def minutes_text(seconds: float, lang: Lang) -> str:
    """A travel time in whole minutes, at least one."""
    return span_text(max(1, round(seconds / 60.0)), "minute", lang)
