"""The order of candidates and the next step: total, stable, and never without an answer."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.eligibility import NeededApproval, Verdict
from dispatch.domain.next_step import AskApproval, OfferTo, PromiseCallBack, next_step
from dispatch.domain.ranking import Arrival, Method, rank


def verdict(vehicle_id: str, *, eligible: bool = True, needs: bool = False, preferred_s: float = 0.0) -> Verdict:
    return Verdict(
        vehicle_id=vehicle_id,
        eligible=eligible,
        needs=(NeededApproval("R02", "health_officer"),) if needs else (),
        preferred_s=preferred_s,
        findings=(),
    )


def arrival(eta_s: float) -> Arrival:
    return Arrival(eta_s=eta_s, eta_low_s=eta_s, eta_high_s=eta_s, distance_m=eta_s * 10, method=Method.GIVEN)


verdicts = st.lists(
    st.builds(
        verdict,
        st.text("ABCDEFGH", min_size=1, max_size=3),
        eligible=st.booleans(),
        needs=st.booleans(),
        preferred_s=st.sampled_from([0.0, 900.0]),
    ),
    unique_by=lambda v: v.vehicle_id,
)
etas = st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=3), st.integers(0, 5).map(lambda m: arrival(m * 600.0)))


def test_the_soonest_that_may_go_comes_first() -> None:
    ranked = rank(
        [verdict("A1", eligible=False), verdict("H1"), verdict("H3")],
        {"A1": arrival(0), "H1": arrival(1440), "H3": arrival(840)},
    )
    assert [candidate.vehicle_id for candidate in ranked] == ["H3", "H1", "A1"]


def test_a_preferred_vehicle_comes_first_only_within_its_limit() -> None:
    both = [verdict("A1"), verdict("T1", preferred_s=900)]
    assert rank(both, {"A1": arrival(300), "T1": arrival(1200)})[0].vehicle_id == "T1"
    assert rank(both, {"A1": arrival(300), "T1": arrival(1201)})[0].vehicle_id == "A1"


@given(verdicts, etas, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_input(found: list[Verdict], times: object, dice: object) -> None:
    once = rank(found, times)  # type: ignore[arg-type]
    dice.shuffle(found)  # type: ignore[attr-defined]
    assert rank(found, times) == once  # type: ignore[arg-type]
    assert [candidate.rank for candidate in once] == list(range(1, len(found) + 1))


@given(verdicts, etas, st.frozensets(st.text("ABCDEFGH", min_size=1, max_size=3)))
def test_every_request_gets_a_vehicle_a_question_or_a_promise(
    found: list[Verdict], times: object, tried: frozenset[str]
) -> None:
    ranked = rank(found, times)  # type: ignore[arg-type]
    by_id = {candidate.vehicle_id: candidate for candidate in ranked}
    match next_step(ranked, tried=tried):
        case OfferTo(vehicle_id=vehicle_id):
            chosen = by_id[vehicle_id]
            assert chosen.verdict.eligible
            assert not chosen.verdict.needs
            assert chosen.arrival is not None
            assert vehicle_id not in tried
        case AskApproval(vehicle_id=vehicle_id):
            assert by_id[vehicle_id].verdict.eligible
            ready = [c for c in ranked if c.verdict.eligible and not c.verdict.needs and c.arrival]
            assert all(candidate.vehicle_id in tried for candidate in ready)
        case PromiseCallBack():
            reachable = [c for c in ranked if c.verdict.eligible and c.arrival]
            assert all(candidate.vehicle_id in tried for candidate in reachable)


def test_who_has_the_approvers_yes_is_asked_next() -> None:
    ranked = rank([verdict("T1", needs=True), verdict("H9")], {"T1": arrival(300), "H9": arrival(3000)})
    assert next_step(ranked, tried=frozenset(), approved=frozenset({("T1", "R02")})) == OfferTo(vehicle_id="T1")
    assert next_step(ranked, tried=frozenset({"H9"})) == AskApproval(
        vehicle_id="T1", rule="R02", approver="health_officer"
    )


def test_a_choice_is_followed_only_where_it_may_go() -> None:
    ranked = rank(
        [verdict("H3"), verdict("H1"), verdict("A1", eligible=False)],
        {"H3": arrival(1), "H1": arrival(2), "A1": arrival(0)},
    )
    assert next_step(ranked, tried=frozenset(), choose="H1") == OfferTo(vehicle_id="H1")
    assert next_step(ranked, tried=frozenset(), choose="A1") == OfferTo(vehicle_id="H3")
