"""Figures of the policy that hold at certain hours: which are in force, what a pack and a form keep, what is said."""

import tomllib
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.rules.pack.document import rule_documents, write_pack
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import packs_in_force
from dispatch.rules.values import DAYS
from dispatch.vocabulary.languages import Lang
from dispatch.words.sop import diff_sentences, policy_lines
from tests.people import ZONE, packs

NATIONAL = packs()["national.toml"]
MONDAY = datetime(2026, 11, 16, tzinfo=ZONE)
PLAIN = read_pack(NATIONAL)
NIGHT = """
[[policy.hours]]
hours = "22:00-05:00"
offer_red_s = 45
offer_other_s = 45
"""
WEEKEND = """
[[policy.hours]]
hours = ["22:00-05:00", "12:00-13:30"]
weekdays = "sat-sun"
refusals_to_operator = 3
"""
Entry = tuple[list[tuple[int, int]], set[int], int]  # spans in minutes of the day, days, offer_red_s
_MINUTE = st.integers(0, 1439)
_ENTRY = st.tuples(
    st.lists(st.tuples(_MINUTE, _MINUTE).filter(lambda span: span[0] != span[1]), min_size=1, max_size=3),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(5, 90),
)


def _entry(entry: Entry) -> str:
    spans, days, red_s = entry
    hours = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans]
    weekdays = ",".join(DAYS[day] for day in sorted(days))
    return f'\n[[policy.hours]]\nhours = {hours}\nweekdays = "{weekdays}"\noffer_red_s = {red_s}\n'


@settings(max_examples=15, deadline=None)
@given(st.lists(_ENTRY, max_size=4))
def test_at_every_minute_of_a_week_the_last_entry_that_holds_is_in_force(entries: list[Entry]) -> None:
    pack = read_pack(NATIONAL + "".join(map(_entry, entries)))
    expected = [30.0] * 7 * 1440
    for spans, days, red_s in entries:
        for day in days:
            for begin, end in spans:
                # Past midnight the hours of a day are its own two ends, as in the conditions of rules.
                minutes = range(begin, end) if begin < end else [*range(end), *range(begin, 1440)]
                for minute in minutes:
                    expected[day * 1440 + minute] = red_s
    found = [packs_in_force([pack], MONDAY + timedelta(minutes=m)).policy.offer_red_s for m in range(7 * 1440)]
    assert found == expected


def test_hours_end_at_their_minute_and_leave_every_other_figure() -> None:
    pack = read_pack(NATIONAL + NIGHT)
    before, first, last, after = (
        packs_in_force([pack], MONDAY + timedelta(days=1, hours=h, seconds=s)).policy
        for h, s in ((22, -1), (22, 0), (29, -1), (29, 0))
    )
    assert before == after == pack.policy
    assert first == last
    assert (first.offer_red_s, first.offer_other_s, first.offer_scheduled_s) == (45, 45, 600)


def test_two_entries_that_never_meet_are_not_held_against_each_other() -> None:
    text = NATIONAL + NIGHT + NIGHT.replace("22:00-05:00", "05:00-06:00").replace("= 45", "= 20")
    assert len(read_pack(text).policy.hours) == 2


@pytest.mark.parametrize("more", [NIGHT, WEEKEND, NIGHT + WEEKEND])
def test_a_form_gives_back_the_hours_that_it_got(more: str) -> None:
    text = NATIONAL + more
    document = tomllib.loads(text)
    written = write_pack(**document["pack"], policy=document["policy"], rules=rule_documents(text))
    assert read_pack(written) == read_pack(text) != PLAIN


@pytest.mark.parametrize(
    ("lang", "added", "changed", "gone"),
    [
        (
            Lang.ID,
            "Waktu menjawab tawaran merah bila pukul 22.00–05.00: belum ada → 45 detik.",
            "Waktu menjawab tawaran merah bila pukul 22.00–05.00: 45 → 50 detik.",
            "Waktu menjawab tawaran merah bila pukul 22.00–05.00: 45 → belum ada.",
        ),
        (
            Lang.EN,
            "Time to answer a red offer, when the time is within 22.00–05.00: none yet → 45 seconds.",
            "Time to answer a red offer, when the time is within 22.00–05.00: 45 → 50 seconds.",
            "Time to answer a red offer, when the time is within 22.00–05.00: 45 → none yet.",
        ),
    ],
)
def test_what_differs_at_certain_hours_is_said(lang: Lang, added: str, changed: str, gone: str) -> None:
    night = read_pack(NATIONAL + NIGHT)
    longer = read_pack(NATIONAL + NIGHT.replace("= 45", "= 50"))
    said = [diff_sentences(one, two, lang)[0] for one, two in [*pairwise((PLAIN, night, longer)), (night, PLAIN)]]
    assert said == [added, changed, gone]
    assert diff_sentences(night, night, lang) == []


@pytest.mark.parametrize("lang", Lang)
def test_every_figure_of_certain_hours_is_read_with_its_days_and_hours(lang: Lang) -> None:
    lines = policy_lines(read_pack(NATIONAL + NIGHT + WEEKEND).policy, lang)
    assert lines[: len(policy_lines(PLAIN.policy, lang))] == policy_lines(PLAIN.policy, lang)
    assert [(name, value) for name, _, value in lines[-3:]] == [
        ("hours.0.offer_red_s", 45.0),
        ("hours.0.offer_other_s", 45.0),
        ("hours.1.refusals_to_operator", 3.0),
    ]
    figure, unit = lines[-1][1].split(" · ")
    assert all(said in figure for said in ("22.00–05.00", "12.00–13.30", "Sabtu" if lang is Lang.ID else "Saturday"))
    assert unit == ("kali" if lang is Lang.ID else "times")
