"""Reading a scenario file: its head, packs, places and vehicles; the steps are read in scenario_steps."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from importlib import resources
from pathlib import Path

from dispatch.sim.scenario.model import Always, GivenVehicle, Scenario
from dispatch.sim.scenario.steps import Names, read_steps
from dispatch.sim.scenario.table import Table, TomlFile, read_toml
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, Duty, Shares, VehicleClass
from geo.point import Point

GOVERNMENTS = frozenset({"kota-tangerang", "kabupaten-tangerang", "tangerang-selatan"})
_HEAD = ("title", "name", "at", "packs", "roads", "waits_for", "places", "vehicle", "step", "always")
_VEHICLE = (
    *("id", "name", "class", "agency", "travel_min", "default_travel_min", "at", "base", "at_base", "duty"),
    *("equipment", "crew", "seats", "hours", "area", "zone", "shares", "papers_valid_until"),
    *("fix_age_min", "fix_age_min_over", "busy_for_min", "rest_min", "rest_min_under", "duty_h", "duty_h_over"),
)
_JUST = 0.5  # how far inside its limit a fact lies that is given as a condition is written, such as duty_h_over = 12


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file.

    Raises:
        ScenarioError: at the first thing that is wrong.
    """
    file = read_toml(path)
    head = Table(file, file.data, "the file", 1, _HEAD)
    at = head.instant("at")
    places = _places(head)
    vehicles = tuple(_vehicle(table, places) for table in _list(file, head, "vehicle", _VEHICLE))
    ids = [vehicle.id for vehicle in vehicles]
    for vehicle_id in ids:
        if ids.count(vehicle_id) > 1:
            raise head.error(vehicle_id, f"vehicle {vehicle_id!r} stands twice in this file")
    names = Names(places=places, vehicles=frozenset(ids), folder=path.parent)
    steps = read_steps(file, head, names)
    roads = head.text_or("roads")
    return Scenario(
        name=head.text_or("name") or path.stem,
        title=head.text("title"),
        path=path,
        at=at,
        packs=_packs(head, path, vehicles),
        places=places,
        vehicles=vehicles,
        steps=steps,
        always=_always(head, ids),
        roads=path.parent / roads if roads else None,
        waits_for=head.text_or("waits_for"),
    )


def find_scenarios(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and of folders every TOML file whose top has a step, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [file for file in sorted(path.glob("*.toml")) if "[[step]]" in file.read_text("utf-8")]
        else:
            found.append(path)
    return found


def package_packs() -> list[tuple[str, str]]:
    """(agency, text) of every pack of the package, every version."""
    folder = resources.files("dispatch") / "packs"
    texts = [
        entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    ]
    return [(agency_of(text), text) for text in texts]


def agency_of(text: str) -> str:
    """Whose pack a text is. Raises ValueError if it does not say so."""
    head = tomllib.loads(text).get("pack", {})
    agency = head.get("agency") if isinstance(head, dict) else None
    if not isinstance(agency, str):
        raise ValueError("a pack says [pack] agency")  # noqa: TRY004 - of the file's content, not of a Python type
    return agency


def _list(file: TomlFile, head: Table, name: str, takes: Sequence[str]) -> list[Table]:
    if not head.has(name):
        return []
    starts = file.starts(name)
    tables = head.data[name]
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        raise head.error(name, f"{name} is written as [[{name}]] tables")
    lines = starts if len(starts) == len(tables) else [1] * len(tables)
    return [
        Table(file, item, f"{name} {number}", line, takes)
        for number, (item, line) in enumerate(zip(tables, lines, strict=True), 1)
    ]


def _places(head: Table) -> dict[str, Point]:
    if not head.has("places"):
        return {}
    given = head.data["places"]
    if not isinstance(given, dict):
        raise head.error("places", "places are written as [places] with name = [lon, lat]")
    table = head.table("places", given)
    return {name: table.point(name) for name in given}


def _packs(head: Table, path: Path, vehicles: Sequence[GivenVehicle]) -> tuple[tuple[str, str], ...]:
    known = package_packs()
    agencies = {agency for agency, _ in known}
    found: list[tuple[str, str]] = []
    for name in head.names("packs") if head.has("packs") else sorted(agencies):
        if name.endswith(".toml"):
            try:
                text = (path.parent / name).read_text("utf-8")
                found.append((agency_of(text), text))
            except (OSError, ValueError) as error:
                raise head.error(name, f"the pack {name} cannot be read: {error}") from None
        elif name in agencies:
            found += [(agency, text) for agency, text in known if agency == name]
        elif not any(vehicle.agency == name for vehicle in vehicles):
            # An agency without a pack of its own obeys the national one; any other name is a slip of the pen.
            raise head.error(name, f"no pack {name!r}: there are {', '.join(sorted(agencies))}, or a path to a file")
    return tuple(found)


def _always(head: Table, vehicles: Sequence[str]) -> Always:
    if not head.has("always"):
        return Always()
    table = head.table("always", ("never_offered", "no_request_without_solution_or_promise"))
    return Always(
        never_offered=table.names_of("never_offered", vehicles),
        solution_or_promise=table.flag("no_request_without_solution_or_promise", default=True),
    )


def _vehicle(table: Table, places: Mapping[str, Point]) -> GivenVehicle:
    vehicle_id, agency = table.text("id"), table.text("agency")
    travel_min = table.numbers_or_none("travel_min")
    for name in travel_min:
        if name not in places:
            raise table.error(name, f"{name!r} in travel_min of {vehicle_id} is no place of this file")
    # A government serves its own area, and goes elsewhere on request (R26); a partner goes everywhere.
    governs = agency in GOVERNMENTS
    by_itself, own_area = (Shares.ON_REQUEST, frozenset({agency})) if governs else (Shares.FULL, frozenset())
    return GivenVehicle(
        id=vehicle_id,
        name=table.text_or("name") or vehicle_id,
        vehicle_class=table.member("class", VehicleClass),
        agency=agency,
        travel_min=travel_min,
        default_travel_min=table.number_or("default_travel_min"),
        at=table.place("at", places) if table.has("at") else None,
        base=table.text_or("base"),
        at_base=table.flag("at_base", default=False),
        duty=table.member("duty", Duty, Duty.AVAILABLE),
        equipment=table.names_of("equipment", EQUIPMENT),
        crew=table.names_of("crew", CREW, ("driver", "escort")),
        seats=int(table.number("seats")) if table.has("seats") else 4,
        hours=_hours(table),
        area=frozenset(table.names("area")) if table.has("area") else own_area,
        zone=table.text_or("zone"),
        shares=table.member("shares", Shares, by_itself),
        papers_valid_until=table.day("papers_valid_until"),
        fix_age_min=_given(table, "fix_age_min", "fix_age_min_over", _JUST),
        busy_for_min=table.number_or("busy_for_min"),
        rest_min=_given(table, "rest_min", "rest_min_under", -_JUST),
        duty_h=_given(table, "duty_h", "duty_h_over", _JUST),
    )


def _given(table: Table, name: str, limit: str, inside: float) -> float | None:
    """A fact given as a number, or as the condition that it just fulfils."""
    if table.has(name) and table.has(limit):
        raise table.error(limit, f"{table.where} says both {name} and {limit}: one of them is enough")
    if table.has(limit):
        return max(0.0, table.number(limit) + inside)
    return table.number_or(name)


def _hours(table: Table) -> tuple[time, time] | None:
    if not table.has("hours"):
        return None
    try:
        first, last = table.text("hours").split("-")
        return time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        raise table.error("hours", 'hours takes hours such as "08:00-16:00"') from None
