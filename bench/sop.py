"""The verdicts of a fleet under the sample packs: the compiled packs against judging vehicle by vehicle, in one run."""

import argparse
import platform
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

from bench.plain import cpu_ms
from dispatch.domain.fix import Fix
from dispatch.domain.request import Ask, Patient, Place
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.rules.fleet import Fleet, count_free
from dispatch.rules.judge_fleet import judge_fleet
from dispatch.rules.judge_one import assess
from dispatch.rules.moment import Moment
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import SopInForce, packs_in_force
from dispatch.sim.scenario.packs import package_packs
from dispatch.vocabulary.needs import NEEDS, Death, Need
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, Duty, Shares, VehicleClass
from geo.point import Point

NOW = datetime(2026, 11, 20, 9, 45, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Jakarta")
HERE = Point(lon=106.63, lat=-6.2)
AGENCIES = ("kota-tangerang", "kabupaten-tangerang", "tangerang-selatan", "dkm", "laz")
HUNDREDTH = 100.0


def make_fleet(count: int, dice: Random) -> list[VehicleNow]:
    """Vehicles of every class, agency, crew and state, with positions of every age."""

    def make(number: int) -> VehicleNow:
        taken_at = NOW - timedelta(seconds=dice.choice([3, 20, 400, 2_000]))
        vehicle = Vehicle(
            id=f"V{number:05d}",
            name=f"Kendaraan Contoh {number}",
            vehicle_class=dice.choice(list(VehicleClass)),
            agency=dice.choice(AGENCIES),
            base=f"base-{number % 400}",
            crew=frozenset({"driver", *dice.sample(sorted(CREW), 2)}),
            equipment=frozenset(dice.sample(sorted(EQUIPMENT), 2)),
            seats=dice.randrange(6),
            shares=dice.choice(list(Shares)),
            zone=dice.choice([None, "barat", "tengah", "timur"]),
            papers_valid_until=dice.choice([None, date(2026, 1, 1), date(2031, 1, 1)]),
        )
        return VehicleNow(
            vehicle=vehicle,
            duty=dice.choice([Duty.AVAILABLE, Duty.AVAILABLE, Duty.OFF_DUTY]),
            fix=Fix(vehicle_id=vehicle.id, point=HERE, taken_at=taken_at, received_at=taken_at),
            on_duty_since=NOW - timedelta(hours=dice.randrange(16)),
            trip_ended_at=NOW - timedelta(minutes=dice.randrange(200)),
        )

    return [make(number) for number in range(count)]


def make_asks() -> list[Ask]:
    """One request of each kind, and the drowned child."""
    here = Place(point=HERE, name="Puskesmas Contoh", facility="puskesmas-contoh", agency="kota-tangerang")

    def ask(need: Need, **patient: object) -> Ask:
        told = Patient(living=need is not Need.BODY, **patient)  # type: ignore[arg-type]
        return Ask(need=need, urgency=NEEDS[need].urgency, pickup=here, dropoff=here, patient=told)

    return [*(ask(need) for need in Need), ask(Need.BODY, death=Death.UNNATURAL), ask(Need.REFERRAL, special_care=True)]


def sample_sop() -> SopInForce:
    """The sample packs in force now."""
    return packs_in_force([read_pack(text) for _, text in package_packs()], NOW)


def main() -> None:
    """Print medians and their ratio; fail where the compiled packs take more than a hundredth."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--vehicles", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    dice = Random(2019)
    sop, asks = sample_sop(), make_asks()
    vehicles = make_fleet(given.vehicles, dice)
    moment = Moment(now=NOW, local=NOW.astimezone(ZONE), soonest_s=2_000.0, free_in_zone=count_free(Fleet(vehicles)))
    fleet = Fleet(vehicles)
    columns_ms, _ = cpu_ms(lambda: [judge_fleet(fleet, ask, sop, moment) for ask in asks])
    rounds = [(ask, name) for ask in asks for name in ("compiled", "naive") for _ in range(given.rounds)]
    dice.shuffle(rounds)
    times: dict[str, list[float]] = {"compiled": [], "naive": []}
    ways: dict[str, Callable[[Ask], object]] = {
        "compiled": lambda ask: judge_fleet(fleet, ask, sop, moment),
        "naive": lambda ask: [assess(now, ask, sop, moment) for now in vehicles],
    }
    for ask, name in rounds:
        took, _ = cpu_ms(ways[name], ask)
        times[name].append(took)
    for ask in asks:
        found = judge_fleet(fleet, ask, sop, moment)
        for number in dice.sample(range(len(vehicles)), min(500, len(vehicles))):
            verdict = assess(vehicles[number], ask, sop, moment)
            blocks = {rule for rule, mask in found.blocks.items() if mask[number]}
            if verdict.eligible != found.eligible[number] or set(verdict.blocking) != blocks:
                raise SystemExit(f"the two disagree on {vehicles[number].id}")
    rules = sum(len(pack.rules) for pack in sop.packs.values())
    compiled, naive = median(times["compiled"]), median(times["naive"])
    print(f"{platform.machine()}, Python {platform.python_version()}: {len(vehicles)} vehicles, {rules} rules")
    print(f"naive     {naive:10.1f} ms")
    print(f"compiled  {compiled:10.2f} ms   {naive / compiled:.0f} times less (columns once: {columns_ms:.0f} ms)")
    if naive / compiled < HUNDREDTH:
        raise SystemExit("the compiled packs take more than a hundredth of the naive evaluator's time")


if __name__ == "__main__":
    main()
