"""The order of candidates and the next step: total, stable, and never without an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatch.choosing.next_step import OWN_ASKED, AskApproval, OfferTo, Unfilled, next_step
from dispatch.choosing.ranking import Candidate, rank
from dispatch.domain.arrival import Arrival, Method
from dispatch.rules.judge_one import NeededApproval
from dispatch.vocabulary.promises import OWN_OPERATOR
from dispatch.vocabulary.trip_steps import FIRST_CONTACT


def verdict(
    vehicle_id: str,
    *,
    eligible: bool = True,
    needs: bool = False,
    prefers_s: tuple[float, ...] = (),
    penalty_s: float = 0.0,
    own: bool = False,
) -> Candidate:
    asked = [("R02", "health_officer")] * needs + [("R26", "own_operator")] * own
    return Candidate(
        vehicle_id=vehicle_id,
        eligible=eligible,
        needs=tuple(NeededApproval(*pair) for pair in asked),
        preferred_s=sum(prefers_s),
        most_preferred_s=max(prefers_s, default=0.0),
        penalty_s=penalty_s,
    )


def arrival(eta_s: float) -> Arrival:
    return Arrival(eta_s=eta_s, eta_low_s=eta_s, eta_high_s=eta_s, distance_m=eta_s * 10, method=Method.GIVEN)


def ordered(candidates: Iterable[Candidate], arrivals: Mapping[str, Arrival]) -> tuple[Candidate, ...]:
    return rank(replace(candidate, arrival=arrivals.get(candidate.vehicle_id)) for candidate in candidates)


verdicts = st.lists(
    st.builds(
        verdict,
        st.text("ABCDEFGH", min_size=1, max_size=3),
        eligible=st.booleans(),
        needs=st.booleans(),
        own=st.booleans(),
        penalty_s=st.sampled_from([0.0, 300.0]),
        prefers_s=st.sampled_from([(), (900.0,), (900.0, 600.0), (900.0, 900.0)]),
    ),
    unique_by=lambda v: v.vehicle_id,
)
etas = st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=3), st.integers(0, 5).map(lambda m: arrival(m * 600.0)))


def test_the_soonest_that_may_go_comes_first() -> None:
    ranked = ordered(
        [verdict("A1", eligible=False), verdict("H1"), verdict("H3")],
        {"A1": arrival(0), "H1": arrival(1440), "H3": arrival(840)},
    )
    assert [candidate.vehicle_id for candidate in ranked] == ["H3", "H1", "A1"]


def test_a_preferred_vehicle_comes_first_only_within_its_limit() -> None:
    both = [verdict("A1"), verdict("T1", prefers_s=(900,))]
    assert ordered(both, {"A1": arrival(300), "T1": arrival(1200)})[0].vehicle_id == "T1"
    assert ordered(both, {"A1": arrival(300), "T1": arrival(1201)})[0].vehicle_id == "A1"


def test_of_two_that_one_rule_prefers_the_one_that_another_prefers_too_comes_first() -> None:
    """R05 prefers both transport ambulances, R12 the one of the patient's own area: each counts within its limit."""
    found = [verdict("A1"), verdict("T1", prefers_s=(900,)), verdict("T2", prefers_s=(900, 900))]
    assert ordered(found[1:], {"T1": arrival(180), "T2": arrival(1080)})[0].vehicle_id == "T2"
    assert ordered(found[1:], {"T1": arrival(180), "T2": arrival(1081)})[0].vehicle_id == "T1"
    # Two preferences together bring nobody before one that is sooner by more than either allows.
    assert ordered(found[::2], {"A1": arrival(180), "T2": arrival(1081)})[0].vehicle_id == "A1"
    # Nor does one that was tried already hold them to its own time.
    times = {"T1": arrival(180), "T2": arrival(1300), "A1": arrival(600)}
    far = rank((replace(one, arrival=times[one.vehicle_id]) for one in found), {"T1"})
    assert [one.vehicle_id for one in far if one.vehicle_id != "T1"] == ["T2", "A1"]


@given(verdicts, etas, st.frozensets(st.text("ABCDEFGH", min_size=1, max_size=3)))
def test_nobody_comes_before_one_that_is_sooner_by_more_than_any_preference_allows(
    found: list[Candidate], times: Mapping[str, Arrival], tried: frozenset[str]
) -> None:
    ready = [c for c in rank((replace(c, arrival=times.get(c.vehicle_id)) for c in found), tried) if c.group == 0]
    left = [c for c in ready if c.vehicle_id not in tried and c.arrival]
    if left:
        assert left[0].arrives_s <= min(c.arrives_s for c in left) + left[0].most_preferred_s


@given(verdicts, etas, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_input(
    found: list[Candidate], times: object, dice: object
) -> None:
    once = ordered(found, times)  # type: ignore[arg-type]
    dice.shuffle(found)  # type: ignore[attr-defined]
    assert ordered(found, times) == once  # type: ignore[arg-type]
    assert [candidate.rank for candidate in once] == list(range(1, len(found) + 1))


@given(verdicts, etas, st.frozensets(st.text("ABCDEFGH", min_size=1, max_size=3)))
def test_every_request_gets_a_vehicle_a_question_or_a_promise(
    found: list[Candidate], times: object, tried: frozenset[str]
) -> None:
    ranked = ordered(found, times)  # type: ignore[arg-type]
    by_id = {candidate.vehicle_id: candidate for candidate in ranked}
    step = next_step(ranked, tried=tried)
    ready = [c for c in ranked if c.eligible and not c.needs and c.arrival and c.vehicle_id not in tried]
    assert len(step.offers) == min(1, len(ready))
    for offer in step.offers:
        assert by_id[offer.vehicle_id] == ready[0]
    if not step.offers:
        assert bool(step.waits_for) is (step.promise is None)
        waiting = [c for c in ranked if c.eligible and c.arrival and c.vehicle_id not in tried]
        own = [c for c in waiting if any(need.approver == OWN_OPERATOR for need in c.needs)]
        beside = [(asked.vehicle_id, asked.rule) for asked in step.beside]
        assert beside == [(c.vehicle_id, need.rule) for c in own[:OWN_ASKED] for need in c.needs]
        if step.promise:
            assert waiting == own
        else:
            [name] = {asked.vehicle_id for asked in step.waits_for}
            assert by_id[name] in waiting
            assert [asked.rule for asked in step.waits_for] == [need.rule for need in by_id[name].needs]


@given(verdicts, etas, st.integers(1, 4))
def test_every_slot_gets_another_vehicle_or_is_promised(found: list[Candidate], times: object, wanted: int) -> None:
    ranked = ordered(found, times)  # type: ignore[arg-type]
    step = next_step(ranked, tried=frozenset(), unfilled=Unfilled(slots=tuple(range(wanted)), first_contact=False))
    sent = [offer.vehicle_id for offer in step.offers]
    assert len(sent) == len(set(sent))
    assert [offer.slot for offer in step.offers] == list(range(len(sent)))
    assert len(sent) == wanted or step.waits_for or step.promise is not None


def test_a_first_contact_goes_ahead_only_where_it_is_so_much_sooner() -> None:
    ahead = Candidate(vehicle_id="T2", eligible=False, first_contact=True, sooner_by_s=480.0)
    both = [verdict("A1"), ahead]
    far = next_step(ordered(both, {"A1": arrival(1020), "T2": arrival(360)}), tried=frozenset())
    assert far.offers == (OfferTo(vehicle_id="A1"), OfferTo(vehicle_id="T2", slot=FIRST_CONTACT))
    near = next_step(ordered(both, {"A1": arrival(700), "T2": arrival(360)}), tried=frozenset())
    assert near.offers == (OfferTo(vehicle_id="A1"),)
    alone = next_step(ordered([ahead], {"T2": arrival(360)}), tried=frozenset())
    assert alone.offers == (OfferTo(vehicle_id="T2", slot=FIRST_CONTACT),)
    assert alone.promise == "nobody_eligible"


def test_a_first_contact_that_was_silent_is_asked_again_beside_whoever_is_asked_already() -> None:
    silent, other = (
        Candidate(vehicle_id=name, eligible=False, first_contact=True, sooner_by_s=480.0) for name in ("T1", "T2")
    )
    held = Unfilled(slots=(), main_eta_s=1200.0)
    found = ordered([verdict("A1"), silent, other], {"T1": arrival(240), "T2": arrival(360)})
    for tried, again, goes in (({"T1"}, {"T1"}, "T2"), ({"T1", "T2"}, {"T1"}, "T1"), ({"T1", "T2"}, set(), None)):
        step = next_step(found, tried=frozenset(tried), again=frozenset(again), unfilled=held)
        assert [offer.vehicle_id for offer in step.offers] == [goes] * (goes is not None)


def test_an_own_operator_is_asked_beside_the_promise_and_offered_after_his_yes() -> None:
    ranked = ordered([verdict("H4", own=True), verdict("H5", own=True)], {"H4": arrival(3300), "H5": arrival(2880)})
    step = next_step(ranked, tried=frozenset())
    assert step.promise is not None
    assert [(asked.vehicle_id, asked.rule) for asked in step.beside] == [("H5", "R26"), ("H4", "R26")]
    after = next_step(ranked, tried=frozenset(), approved=frozenset({("H4", "R26")}))
    assert after.offers == (OfferTo(vehicle_id="H4"),)


def test_an_own_operator_is_never_waited_for_where_somebody_else_can_say_yes() -> None:
    ranked = ordered([verdict("H4", own=True), verdict("T1", needs=True)], {"H4": arrival(300), "T1": arrival(600)})
    step = next_step(ranked, tried=frozenset())
    [waited_for] = step.waits_for
    assert (waited_for.vehicle_id, [own.vehicle_id for own in step.beside]) == ("T1", ["H4"])


def test_an_old_position_costs_its_penalty() -> None:
    both = [verdict("H1", penalty_s=300), verdict("H3")]
    assert ordered(both, {"H1": arrival(600), "H3": arrival(880)})[0].vehicle_id == "H3"
    assert ordered(both, {"H1": arrival(600), "H3": arrival(920)})[0].vehicle_id == "H1"


def test_who_has_the_approvers_yes_is_asked_next() -> None:
    ranked = ordered([verdict("T1", needs=True), verdict("H9")], {"T1": arrival(300), "H9": arrival(3000)})
    after = next_step(ranked, tried=frozenset(), approved=frozenset({("T1", "R02")}))
    assert after.offers == (OfferTo(vehicle_id="T1"),)
    before = next_step(ranked, tried=frozenset({"H9"}))
    assert before.asks == (AskApproval(vehicle_id="T1", rule="R02", approver="health_officer"),)


def test_where_who_may_go_comes_late_the_yes_for_a_sooner_one_is_asked_beside_the_offer() -> None:
    ranked = ordered([verdict("H3"), verdict("T1", needs=True)], {"H3": arrival(2400), "T1": arrival(360)})
    step = next_step(ranked, tried=frozenset())
    assert step.offers == (OfferTo(vehicle_id="H3"),)
    assert step.asks == (AskApproval(vehicle_id="T1", rule="R02", approver="health_officer"),)
    near = ordered([verdict("H3"), verdict("T1", needs=True)], {"H3": arrival(300), "T1": arrival(360)})
    assert next_step(near, tried=frozenset()).asks == ()


def test_a_choice_is_followed_only_where_it_may_go() -> None:
    ranked = ordered(
        [verdict("H3"), verdict("H1"), verdict("A1", eligible=False)],
        {"H3": arrival(1), "H1": arrival(2), "A1": arrival(0)},
    )
    assert next_step(ranked, tried=frozenset(), choose="H1").offers == (OfferTo(vehicle_id="H1"),)
    assert next_step(ranked, tried=frozenset(), choose="A1").offers == (OfferTo(vehicle_id="H3"),)
