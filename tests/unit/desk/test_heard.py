"""A yes by phone, recorded by whoever heard it: it takes effect at once, and the approver may take it back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import Books, DueKind
from dispatch.desk.usecases import approving
from dispatch.domain.approval import Approval, ApprovalState, Heard
from dispatch.domain.people import Person
from dispatch.vocabulary.events import (
    ApprovalAsked,
    ApprovalGiven,
    ApprovalRefused,
    ApprovalReminded,
    ApprovalTakenBack,
    OfferWithdrawn,
)
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import KEPT_UNTIL_BETTER, AssignmentState, Step, StepCause
from tests.people import DINA, OPI, SITI, packs
from tests.unit.desk.town import WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
OFFERED, ACCEPTED = AssignmentState.OFFERED, AssignmentState.ACCEPTED
SILENT_S = 180.0
AGAIN = Person(id="desi", name="Petugas Contoh Desi", role=Role.HEALTH_OFFICER, agency="kota-tangerang")
ELSEWHERE = Person(id="dodi", name="Petugas Contoh Dodi", role=Role.HEALTH_OFFICER, agency="kabupaten-tangerang")


async def says(
    town: Town, made: Look, by: Person, *, yes: bool = True, heard: Heard | None = None, rule: str = "R02"
) -> str | Refusal:
    said = {"rule": rule, "reason": "magrib dekat"}
    return await approving.approve(town.unit, made.id, yes=yes, heard=heard, by=Command(actor=by), **said)


def by_phone(town: Town, ago_s: float = 30.0, approver: str | None = None) -> Heard:
    return Heard(name="dr. Contoh Rina", at=town.clock.now() - timedelta(seconds=ago_s), approver=approver)


async def approval(town: Town, made: Look) -> Approval:
    [found] = (await town.look(made)).approvals
    return found


@pytest.fixture
async def stuck(town: Town) -> tuple[Town, Look]:
    """No hearse can come: the city's T1 waits for the health officer's yes."""
    town.roads.minutes = {"A1": 0.0, "T1": 6.0}
    made = await town.ask()
    assert made.state is RequestState.AWAITING_APPROVAL
    town.clock.turn(60)
    return town, made


@pytest.mark.parametrize("hearer", [OPI, SITI])
async def test_a_yes_by_phone_sends_the_vehicle_and_is_kept_with_who_heard_it_from_whom_and_when(
    stuck: tuple[Town, Look], hearer: Person
) -> None:
    town, made = stuck
    heard = by_phone(town)
    done(await says(town, made, hearer, heard=heard))
    assert await town.live(made) == [("T1", OFFERED)]
    kept = await approval(town, made)
    assert (kept.state, kept.answered_by) == (ApprovalState.GIVEN, hearer.id)
    assert (kept.heard_from, kept.heard_at) == ("dr. Contoh Rina", heard.at)
    [event] = (await town.look(made)).of(ApprovalGiven)
    assert (event.actor, event.approver, event.heard_at) == (hearer.id, "health_officer", heard.at)
    assert "Rina" not in repr(event)  # a name stands beside the approval, never in the journal


async def test_a_no_by_phone_is_a_no(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    done(await says(town, made, OPI, yes=False, heard=by_phone(town)))
    assert await town.live(made) == []
    assert await town.state(made) is RequestState.WAITING
    assert (await approval(town, made)).state is ApprovalState.REFUSED


@pytest.mark.parametrize("ago_s", [-120.0, 24 * 3600.0, 130.0])
async def test_nobody_has_heard_a_yes_in_the_future_or_before_anybody_asked(
    stuck: tuple[Town, Look], ago_s: float
) -> None:
    town, made = stuck
    assert refused(await says(town, made, OPI, heard=by_phone(town, ago_s))) is RefusalCode.HEARD_BOUNDS
    assert await town.live(made) == []


async def test_a_clock_may_be_a_minute_beside_ours(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    done(await says(town, made, OPI, heard=by_phone(town, -59.0)))


async def test_a_clock_set_back_keeps_nobody_from_a_yes(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    town.clock.turn(-3600)
    done(await says(town, made, OPI, heard=by_phone(town, 0)))


async def test_whoever_is_not_the_approver_says_nothing_without_having_heard_it(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    for person in (OPI, SITI):
        assert refused(await says(town, made, person)) is RefusalCode.NOT_THE_APPROVER


async def test_the_approver_confirms_what_was_heard_and_nobody_changes_that_by_phone(
    stuck: tuple[Town, Look],
) -> None:
    town, made = stuck
    done(await says(town, made, OPI, heard=by_phone(town)))
    done(await says(town, made, DINA))
    kept = await approval(town, made)
    assert (kept.state, kept.answered_by, kept.heard_from, kept.heard_at) == ("given", DINA.id, None, None)
    assert await town.live(made) == [("T1", OFFERED)]
    assert refused(await says(town, made, OPI, yes=False, heard=by_phone(town))) is RefusalCode.NO_SUCH_APPROVAL
    assert refused(await says(town, made, DINA)) is RefusalCode.NO_SUCH_APPROVAL


async def test_a_yes_that_is_taken_back_withdraws_the_offer_and_the_search_goes_on(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    done(await says(town, made, OPI, heard=by_phone(town)))
    town.roads.minutes["H3"] = 40.0
    done(await says(town, made, DINA, yes=False))
    look = await town.look(made)
    assert await town.live(made) == [("H3", OFFERED)]
    assert [e.cause for e in look.of(OfferWithdrawn)] == [StepCause.APPROVAL_TAKEN_BACK]
    [event] = look.of(ApprovalTakenBack)
    assert (event.actor, event.approver, event.heard_at) == (DINA.id, "health_officer", None)
    assert look.of(ApprovalRefused) == []
    # T1 is not offered this request any more, also where H3 leaves it.
    await town.take(look.live()[0], Step.DECLINE)
    assert await town.live(made) == []


@pytest.mark.parametrize("steps", [WAY[:1], WAY[:2], WAY[:3]])
async def test_who_is_under_way_without_the_yes_drives_on_until_a_better_one_has_said_yes(
    stuck: tuple[Town, Look], steps: tuple[Step, ...]
) -> None:
    town, made = stuck
    done(await says(town, made, OPI, heard=by_phone(town)))
    trip = await town.take((await town.look(made)).live()[0], *steps)
    done(await says(town, made, DINA, yes=False))
    look = await town.look(made)
    assert [(a.vehicle_id, a.slot, a.state) for a in look.live()] == [("T1", KEPT_UNTIL_BETTER, trip.state)]
    assert look.promise is not None  # nobody better yet: a call is owed
    town.roads.minutes["H3"] = 14.0
    await town.pass_time(301)
    [better] = [a for a in (await town.look(made)).live() if a.vehicle_id == "H3"]
    await town.take(better, Step.ACCEPT)
    assert await town.live(made) == [("H3", ACCEPTED)]


@pytest.mark.parametrize("steps", [WAY[:4], WAY[:5]])
async def test_whoever_was_picked_up_is_brought_to_the_end_whatever_is_said_then(
    stuck: tuple[Town, Look], steps: tuple[Step, ...]
) -> None:
    town, made = stuck
    done(await says(town, made, OPI, heard=by_phone(town)))
    trip = await town.take((await town.look(made)).live()[0], *steps)
    assert refused(await says(town, made, DINA, yes=False)) is RefusalCode.PATIENT_ABOARD
    assert await town.live(made) == [("T1", trip.state)]
    assert (await approval(town, made)).state is ApprovalState.GIVEN


async def test_a_yes_of_an_ended_request_is_not_taken_back(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    done(await says(town, made, OPI, heard=by_phone(town)))
    await town.take((await town.look(made)).live()[0], *WAY)
    assert refused(await says(town, made, DINA, yes=False)) is RefusalCode.REQUEST_ENDED


async def test_an_approver_changes_a_no_into_a_yes(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    done(await says(town, made, DINA, yes=False))
    done(await says(town, made, DINA))
    assert await town.live(made) == [("T1", OFFERED)]
    assert [e.kind for e in (await town.look(made)).events if e.kind.startswith("approval")] == [
        "approval_asked",
        "approval_refused",
        "approval_given",
    ]


# Deputies, in the order of the rule.


ORDER = (
    '[{ who = "health_officer", agency = "kota-tangerang", hours = "07:00-21:00" },'
    ' { who = "health_officer", agency = "kabupaten-tangerang", hours = "21:00-07:00" }, { who = "operator" }]'
)


async def with_order(town: Town, order: str = ORDER) -> Look:
    """R02 asks these, and no hearse can come."""
    text = packs()["kota-tangerang.toml"]
    text = text.replace('approver = "health_officer"', f"approvers = {order}")
    text = text.replace('version = "2026-11-01"', 'version = "order"').replace("2026-11-01T00", "2026-11-01T01")
    await town.store.write(
        lambda books: books.sop.add_pack(
            agency="kota-tangerang", version="order", effective_from=town.clock.now(), text=text
        )
    )
    town.roads.minutes = {"A1": 0.0, "T1": 6.0}
    return await town.ask()


async def asked(town: Town, made: Look) -> list[tuple[str, str | None]]:
    return [(a.approver, a.agency) for a in (await town.look(made)).approvals if a.is_asked]


FIRST, NIGHTLY, DEPUTY = ("health_officer", "kota-tangerang"), ("health_officer", "kabupaten-tangerang"), "operator"


async def test_the_first_who_is_reached_in_these_hours_is_asked(town: Town) -> None:
    made = await with_order(town)
    assert await asked(town, made) == [FIRST]


async def test_outside_of_the_firsts_hours_the_next_one_is_asked(town: Town) -> None:
    town.clock.turn(6 * 3600)
    await town.report()
    made = await with_order(town)
    assert await asked(town, made) == [NIGHTLY]
    assert refused(await says(town, made, AGAIN)) is RefusalCode.NOT_YOUR_AGENCY
    done(await says(town, made, ELSEWHERE))
    assert await town.live(made) == [("T1", OFFERED)]


async def test_whoever_is_silent_is_reminded_and_the_deputy_is_asked_beside(town: Town) -> None:
    made = await with_order(town)
    await town.pass_time(SILENT_S - 1)
    assert await asked(town, made) == [FIRST]
    await town.pass_time(1)
    assert await asked(town, made) == [FIRST, (DEPUTY, None)]  # who is on at night is not asked by day
    look = await town.look(made)
    assert [(e.approver, e.agency) for e in look.of(ApprovalReminded)] == [FIRST]
    assert [e.approver for e in look.of(ApprovalAsked)] == ["health_officer", "operator"]
    await town.pass_time(SILENT_S)
    assert [e.approver for e in (await town.look(made)).of(ApprovalReminded)] == ["health_officer", "operator"]
    await town.pass_time(10 * SILENT_S)
    assert len((await town.look(made)).of(ApprovalReminded)) == 2  # each once
    assert await asked(town, made) == [FIRST, (DEPUTY, None)]


@pytest.mark.parametrize("person", [AGAIN, OPI, DINA])
async def test_the_first_answer_counts_and_nobody_else_is_asked_any_more(town: Town, person: Person) -> None:
    made = await with_order(town)
    await town.pass_time(SILENT_S)
    done(await says(town, made, person))
    assert await town.live(made) == [("T1", OFFERED)]
    assert await asked(town, made) == []
    states = sorted(a.state for a in (await town.look(made)).approvals)
    assert states == ["given", "withdrawn"]

    def left(books: Books) -> list[str]:
        due = books.timers.list_due(town.clock.now() + timedelta(days=1), 500)
        return [timer.subject for timer in due if timer.kind is DueKind.APPROVER_SILENT]

    assert await town.read(left) == []


async def test_a_deputy_is_not_asked_before_the_time_and_answers_nothing_then(town: Town) -> None:
    made = await with_order(town)
    assert refused(await says(town, made, OPI)) is RefusalCode.NOT_THE_APPROVER
    assert refused(await says(town, made, ELSEWHERE)) is RefusalCode.NOT_YOUR_AGENCY


async def test_by_phone_it_is_said_as_whom(town: Town) -> None:
    made = await with_order(town)
    await town.pass_time(SILENT_S)
    done(await says(town, made, SITI, heard=by_phone(town, approver="operator")))
    given = [a.approver for a in (await town.look(made)).approvals if a.state is ApprovalState.GIVEN]
    assert given == ["operator"]


async def test_by_phone_it_is_said_of_which_office(town: Town) -> None:
    both = ORDER.replace(', hours = "21:00-07:00"', "").replace(', hours = "07:00-21:00"', "")
    made = await with_order(town, both)
    await town.pass_time(SILENT_S)
    assert await asked(town, made) == [FIRST, NIGHTLY]
    heard = Heard(name="Contoh Dodi", at=town.clock.now(), approver="health_officer", agency="kabupaten-tangerang")
    done(await says(town, made, OPI, heard=heard))
    look = await town.look(made)
    assert [(e.approver, e.agency) for e in look.of(ApprovalGiven)] == [NIGHTLY]
    nowhere = replace(heard, agency="kota-serang")
    assert refused(await says(town, made, OPI, yes=False, heard=nowhere)) is RefusalCode.NO_SUCH_APPROVAL


async def test_where_nobody_of_the_order_is_reached_the_first_is_asked_all_the_same(town: Town) -> None:
    made = await with_order(
        town, '[{ who = "health_officer", hours = "01:00-02:00" }, { who = "operator", hours = "02:00-03:00" }]'
    )
    assert await asked(town, made) == [("health_officer", None)]


async def test_a_request_that_is_solved_reminds_nobody(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0, "H3": 40.0}
    made = await town.ask()
    assert await asked(town, made) == [("health_officer", None)]
    await town.take(made.assignments[0], Step.ACCEPT)
    await town.pass_time(2 * SILENT_S)
    assert (await town.look(made)).of(ApprovalReminded) == []
