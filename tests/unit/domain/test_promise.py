"""A promise: every call is counted, every failure leads on to somebody, and nothing ends without a word."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.promise import (
    CALL_BACK_WITHIN,
    STOCK_AGAIN_AFTER,
    Call,
    Promise,
    called,
    closed,
    handed_over,
    kept_of,
    make_promise,
    overdue,
    remind_at,
    retried,
)
from dispatch.vocabulary.promises import LADDER, CallOutcome, PromiseKind, PromiseState, Whom, Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from tests.people import NOW


def promise(owner: str = "operator", **more: object) -> Promise:
    return make_promise(promise_id="J", request_id="P", owner=owner, why=Why.NOBODY_ELIGIBLE, now=NOW, **more)  # type: ignore[arg-type]


def call(outcome: CallOutcome, at: datetime = NOW, told: str = "keluarga", whom: Whom = Whom.CONTACT) -> Call:
    return Call(promise_id="J", at=at, by="opi", whom=whom, outcome=outcome, told=told)


def after(held: Promise, made: Call, *, has_facility: bool = True) -> Promise:
    done = called(held, made, has_facility=has_facility)
    assert isinstance(done, Promise), done
    return done


def test_a_call_in_time_is_kept_and_the_next_one_is_promised() -> None:
    at = NOW + timedelta(minutes=10)
    done = after(promise(), call(CallOutcome.TOLD, at))
    assert (done.kept, done.late, done.due_at) == (1, 0, at + CALL_BACK_WITHIN)


def test_a_call_after_its_time_is_late() -> None:
    done = after(promise(), call(CallOutcome.TOLD, NOW + CALL_BACK_WITHIN + timedelta(seconds=1)))
    assert (done.kept, done.late) == (0, 1)


def test_nobody_is_told_without_saying_who() -> None:
    assert called(promise(), call(CallOutcome.TOLD, told=""), has_facility=True) == Refusal(RefusalCode.TOLD_WHOM, {})


def test_who_does_not_answer_is_tried_at_the_facility_and_then_again_at_the_number_given() -> None:
    first = after(promise(), call(CallOutcome.NO_ANSWER))
    assert first.whom is Whom.FACILITY
    assert after(first, call(CallOutcome.NO_ANSWER)).whom is Whom.CONTACT
    assert after(promise(), call(CallOutcome.WRONG_NUMBER), has_facility=False).whom is Whom.CONTACT
    assert first.due_at == promise().due_at, "a call that reached nobody moves nothing"


def test_an_overdue_promise_goes_up_the_ladder_and_stays_at_its_top() -> None:
    held = promise("staff")
    owners = [(held := overdue(held)).owner for _ in range(4)]
    assert owners == [*LADDER[1:], LADDER[-1], LADDER[-1]]


def test_what_is_handed_over_is_owed_by_name_and_still_goes_up() -> None:
    held = handed_over(promise(), "opi2")
    assert isinstance(held, Promise)
    assert (held.owner, overdue(held).owner) == ("opi2", "health_officer")


def test_a_closed_promise_takes_neither_calls_nor_heirs() -> None:
    ended = closed(promise(), PromiseState.SOLVED, outcome="assigned", told="keluarga", now=NOW)
    assert isinstance(called(ended, call(CallOutcome.TOLD), has_facility=True), Refusal)
    assert isinstance(handed_over(ended, "opi2"), Refusal)


def test_what_is_not_needed_any_more_counts_neither_as_kept_nor_as_late() -> None:
    late = NOW + timedelta(hours=1)
    ended = closed(promise(), PromiseState.WITHDRAWN, outcome="not_needed", told="keluarga", now=late)
    assert (ended.kept, ended.late) == (0, 0)


def test_a_document_keeps_the_time_that_was_given_and_its_reminder_comes_before_it() -> None:
    due_at = NOW + timedelta(days=3)
    held = promise("staff", kind=PromiseKind.DOCUMENT, due_at=due_at)
    assert after(held, call(CallOutcome.TOLD)).due_at == due_at
    assert NOW < remind_at(held) < due_at


def test_whoever_waits_for_a_late_document_and_was_told_so_hears_again_within_a_day() -> None:
    held = promise("staff", kind=PromiseKind.DOCUMENT, due_at=NOW)
    told = after(held, call(CallOutcome.TOLD, NOW + timedelta(hours=1)))
    assert told.due_at == NOW + timedelta(hours=1) + STOCK_AGAIN_AFTER
    assert told.late == 1


steps = st.lists(st.sampled_from(["told", "no_answer", "retry", "overdue", "over"]), max_size=12)


@given(steps, st.integers(0, 40))
def test_every_change_counts_one_version_and_every_call_back_once(found: list[str], minutes: int) -> None:
    held, at, told = promise(), NOW, 0
    for name in found:
        at += timedelta(minutes=minutes)
        before = held.version
        match name:
            case "told":
                held, told = after(held, call(CallOutcome.TOLD, at)), told + 1
            case "no_answer":
                held = after(held, call(CallOutcome.NO_ANSWER, at))
            case "retry":
                held = retried(held)
            case "overdue":
                held = overdue(held)
            case _:
                given_to = handed_over(held, "opi2")
                assert isinstance(given_to, Promise)
                held = given_to
        assert held.version == before + 1
    figure = kept_of([held], at)
    assert figure.kept + figure.late == told
    assert figure.overdue == (held.due_at < at)
    assert figure.share is None or 0 <= figure.share <= 1
