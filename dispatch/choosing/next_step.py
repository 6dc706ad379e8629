"""What to do for a request now: whom to ask, whose yes to ask for, and whether a call-back is promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.choosing.ranking import Candidate
from dispatch.domain.approval import waited_for
from dispatch.rules.judge_one import APART_RULE, NeededApproval
from dispatch.vocabulary.promises import OWN_OPERATOR, Why
from dispatch.vocabulary.trip_steps import FIRST_CONTACT

OWN_ASKED = 5  # vehicles that their own operators are asked for at once, the soonest; this project's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfilled:
    """What a request still needs: the slots that nobody goes for, and whether a first contact may yet be sent.

    `main_eta_s` is when the vehicle arrives that goes already and that a first contact would be ahead of.
    """

    slots: tuple[int, ...] = (0,)
    first_contact: bool = True
    main_eta_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTo:
    """Ask this vehicle to go, for this slot of the request."""

    vehicle_id: str
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval:
    """Ask `approver` (a role, of `agency` alone where it is named) whether this vehicle may go under `rule`."""

    vehicle_id: str
    rule: str
    approver: str
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Offers, yeses asked for, a promise (its `why` is a code), or a time to come back at: never nothing."""

    offers: tuple[OfferTo, ...] = ()
    asks: tuple[AskApproval, ...] = ()
    promise: Why | None = None
    search_at: datetime | None = None

    @property
    def filled(self) -> tuple[int, ...]:
        """The slots for which somebody is asked."""
        return tuple(offer.slot for offer in self.offers if offer.slot != FIRST_CONTACT)

    @property
    def waits_for(self) -> tuple[AskApproval, ...]:
        """The yeses that the request waits for, all for one vehicle."""
        return waited_for(self.asks)

    @property
    def beside(self) -> tuple[AskApproval, ...]:
        """What is asked for vehicles that their own operators lend."""
        return tuple(ask for ask in self.asks if ask not in self.waits_for)


def next_step(
    candidates: Sequence[Candidate],
    *,
    tried: frozenset[str],
    again: frozenset[str] = frozenset(),
    approved: frozenset[tuple[str, str]] = frozenset(),
    choose: str | None = None,
    unfilled: Unfilled | None = None,
) -> NextStep:
    """What can be done for every unfilled slot, in the order of the candidates.

    `tried` are vehicles that declined, let the offer pass or were refused, and of them `again` are those that may be
    asked again as first contact where nobody else can go ahead; `approved` are (vehicle, rule) pairs that
    somebody said yes to; `choose` comes first if it may go at once. What no vehicle can be offered waits for a yes, or
    a call-back is promised.
    """
    needed = unfilled or Unfilled()
    reachable = [c for c in candidates if c.eligible and c.arrival is not None and c.vehicle_id not in tried]
    missing = {c.vehicle_id: [need for need in c.needs if (c.vehicle_id, need.rule) not in approved] for c in reachable}
    # Who needs a yes and has it is asked before the rest: somebody weighed the others already.
    ready = sorted(
        (c for c in reachable if not missing[c.vehicle_id]), key=lambda c: (c.vehicle_id != choose, not c.needs)
    )
    going = list(zip(needed.slots, ready, strict=False))
    main_eta_s = next((_eta_s(c) for slot, c in going if slot == 0), needed.main_eta_s)
    offers = tuple(OfferTo(vehicle_id=c.vehicle_id, slot=slot) for slot, c in going)
    ahead = None
    if needed.first_contact:
        ahead = _first_contact(candidates, tried, main_eta_s) or _first_contact(candidates, tried - again, main_eta_s)
    if ahead is not None:
        offers = (*offers, OfferTo(vehicle_id=ahead.vehicle_id, slot=FIRST_CONTACT))
    if len(going) == len(needed.slots):
        return NextStep(offers=offers, asks=_sooner(going, reachable, missing))
    asked, beside = _asks([c for c in reachable if missing[c.vehicle_id]], missing)
    if asked:
        return NextStep(offers=offers, asks=(*asked, *beside))
    may = any(c.eligible or c.blocking == (APART_RULE,) for c in candidates)  # the SOP has no objection to these
    why = Why.ALL_TRIED if may else Why.NOBODY_ELIGIBLE
    return NextStep(offers=offers, asks=beside, promise=why)


def _sooner(
    going: Sequence[tuple[int, Candidate]], reachable: Sequence[Candidate], missing: Mapping[str, list[NeededApproval]]
) -> tuple[AskApproval, ...]:
    """Where whoever is asked comes late, the yeses for those that would come sooner are asked at once, beside: for the
    soonest that their own operators lend, and for the first other one."""
    if not going:
        return ()
    latest_s = max(_eta_s(candidate) for _, candidate in going)
    asked, beside = _asks([c for c in reachable if missing[c.vehicle_id] and _eta_s(c) < latest_s], missing)
    return (*asked, *beside)


def _asks(
    able: Sequence[Candidate], missing: Mapping[str, list[NeededApproval]]
) -> tuple[tuple[AskApproval, ...], tuple[AskApproval, ...]]:
    """What is asked for the first that nobody lends, and for the first few that their own operators lend: of a vehicle
    every yes that it lacks at once, for none of them helps without the others."""
    asks = [tuple(_ask(c, need) for need in missing[c.vehicle_id]) for c in able]
    lent = [of for of in asks if any(ask.approver == OWN_OPERATOR for ask in of)]
    return next((of for of in asks if of not in lent), ()), tuple(ask for of in lent[:OWN_ASKED] for ask in of)


def _eta_s(candidate: Candidate) -> float:
    assert candidate.arrival is not None
    return candidate.arrival.eta_s


def _first_contact(
    candidates: Sequence[Candidate], tried: frozenset[str], main_eta_s: float | None
) -> Candidate | None:
    """The soonest that may go ahead of the other, if it is so much sooner as its rule asks (R04)."""
    able = [c for c in candidates if c.first_contact and c.arrival is not None and c.vehicle_id not in tried]
    soonest = min(able, key=lambda c: (_eta_s(c), c.vehicle_id), default=None)
    if soonest is None or main_eta_s is None or main_eta_s - _eta_s(soonest) >= soonest.sooner_by_s:
        return soonest
    return None


def _ask(candidate: Candidate, need: NeededApproval) -> AskApproval:
    agency = need.agency or None
    return AskApproval(vehicle_id=candidate.vehicle_id, rule=need.rule, approver=need.approver, agency=agency)
