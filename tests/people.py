"""Named vehicles, requests and people of the tests: all made up, around the true case of Cikokol."""

from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from dispatch.desk.ports import Books
from dispatch.domain.fix import Fix
from dispatch.domain.people import Person
from dispatch.domain.request import Ask, Patient, Place
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.rules.moment import Moment
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import SopInForce, packs_in_force
from dispatch.vocabulary.needs import NEEDS, Death, Need, Urgency
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.point import Point

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 20, 16, 45, tzinfo=ZONE).astimezone(UTC)  # a Friday, before maghrib
CIKOKOL = Place(
    point=Point(lon=106.6280, lat=-6.2001),
    name="Puskesmas Cikokol",
    facility="puskesmas-cikokol",
    agency="kota-tangerang",
)
HOME = Place(point=Point(lon=106.6360, lat=-6.2110), name="Rumah keluarga")
RSUD = Place(
    point=Point(lon=106.6330, lat=-6.1780), name="RSUD Contoh", facility="rsud-contoh", agency="kota-tangerang"
)
SITI = Person(id="siti", name="Perawat Contoh Siti", role=Role.STAFF, facility="puskesmas-cikokol")
RINA = Person(id="rina", name="Perawat Contoh Rina", role=Role.STAFF, facility="rsud-contoh")
OPI = Person(id="opi", name="Operator Contoh Opi", role=Role.OPERATOR)
DINA = Person(id="dina", name="Petugas Contoh Dina", role=Role.HEALTH_OFFICER)
BUDI = Person(id="budi", name="Budi Contoh", role=Role.DRIVER, vehicle="H3")


def packs() -> dict[str, str]:
    """The texts of the sample packs by file name."""
    return {
        entry.name: entry.read_text("utf-8")
        for entry in (resources.files("dispatch") / "packs").iterdir()
        if entry.name.endswith(".toml")
    }


def publish(books: Books) -> None:
    """Publish the sample packs."""
    for text in packs().values():
        pack = read_pack(text)
        books.sop.add_pack(agency=pack.agency, version=pack.version, effective_from=pack.effective_from, text=text)


def sop(at: datetime = NOW) -> SopInForce:
    """The sample packs in force at an instant."""
    return packs_in_force([read_pack(text) for text in packs().values()], at)


def moment(at: datetime = NOW, *, soonest_s: float | None = 0.0) -> Moment:
    """An instant; somebody is near unless said otherwise."""
    return Moment(now=at, local=at.astimezone(ZONE), soonest_s=soonest_s)


def vehicle(
    vehicle_id: str,
    vehicle_class: VehicleClass,
    *,
    agency: str = "kota-tangerang",
    duty: Duty = Duty.AVAILABLE,
    fix_age: timedelta | None = timedelta(seconds=4),
    crew: frozenset[str] = frozenset({"driver", "escort"}),
    at: datetime = NOW,
    point: Point = CIKOKOL.point,
    assignment_id: str | None = None,
) -> VehicleNow:
    """A vehicle that is ready unless said otherwise."""
    fix = None
    if fix_age is not None:
        fix = Fix(vehicle_id=vehicle_id, point=point, taken_at=at - fix_age, received_at=at - fix_age)
    return VehicleNow(
        vehicle=Vehicle(
            id=vehicle_id, name=f"Kendaraan {vehicle_id}", vehicle_class=vehicle_class, agency=agency, crew=crew
        ),
        duty=duty,
        fix=fix,
        assignment_id=assignment_id,
    )


def ask(need: Need, urgency: Urgency | None = None, **patient: object) -> Ask:
    """A request from Cikokol to the family's home."""
    told = {"living": need is not Need.BODY, **patient}
    return Ask(
        need=need,
        urgency=urgency or NEEDS[need].urgency,
        pickup=CIKOKOL,
        dropoff=HOME,
        patient=Patient(**told),  # type: ignore[arg-type]
        requester="puskesmas-cikokol",
    )


def drowned_child() -> Ask:
    """The case that began it."""
    return ask(Need.BODY, death=Death.UNNATURAL)
