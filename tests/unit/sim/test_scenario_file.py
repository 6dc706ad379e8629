"""Scenario files are read strictly, and every complaint names the file, the line and what would be right."""

from datetime import date, time
from pathlib import Path

import pytest

from dispatch.sim.scenario.file import find_scenarios, read_scenario
from dispatch.sim.scenario.model import DOES, AskAct, Scenario, ScenarioFile, VehicleAct
from dispatch.sim.scenario.packs import package_packs
from dispatch.sim.scenario.table import ScenarioError, Table
from dispatch.vocabulary.needs import Death, Need, Urgency
from dispatch.vocabulary.vehicle_classes import Duty, Shares
from geo.point import Point

GOOD = """\
title = "Contoh"
at = 2026-11-20T16:45:00+07:00
packs = ["national", "dkm"]

[places]
cikokol = [106.6280, -6.2001]

[[vehicle]]
id = "H3"
class = "hearse"
agency = "dkm"
travel_min = { cikokol = 14 }

[[step]]
at_s = 0
ask = { id = "Q1", need = "body", pickup = "cikokol" }
expect = { state = "searching" }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "contoh.toml"
    path.write_text(text)
    return path


def complaint(folder: Path, text: str) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written(folder, text))
    return caught.value


def test_what_is_not_said_has_the_defaults_of_the_format(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, GOOD))
    vehicle, ask = scenario.vehicles[0], scenario.steps[0].act
    assert (scenario.name, scenario.title, scenario.waits_for) == ("contoh", "Contoh", None)
    assert vehicle.crew == {"driver", "escort"}
    assert vehicle.duty is Duty.AVAILABLE
    assert vehicle.shares is Shares.FULL
    assert vehicle.fix_age_min is None
    assert isinstance(ask, AskAct)
    assert (ask.need, ask.urgency, ask.patient.living) == (Need.BODY, Urgency.GREEN, False)
    assert scenario.always.solution_or_promise


def test_every_key_of_a_vehicle_is_read(tmp_path: Path) -> None:
    keys = (
        'agency = "kota-tangerang"\nname = "Kereta Contoh"\nat = [106.64, -6.21]\nbase = "base-contoh"\n'
        'duty = "cleaning"\nequipment = ["infectious", "ppe"]\ncrew = ["driver"]\nseats = 3\nhours = "20:00-04:00"\n'
        'area = "kota-tangerang"\nzone = "timur"\npapers_valid_until = 2027-01-31\nfix_age_min = 12\n'
        "busy_for_min = 7\nrest_min_under = 30\nduty_h_over = 12\ndefault_travel_min = 40"
    )
    vehicle = read_scenario(
        written(tmp_path, GOOD.replace('agency = "dkm"', keys, 1).replace('"dkm"', '"laz"'))
    ).vehicles[0]
    assert vehicle.name == "Kereta Contoh"
    assert vehicle.at == Point(lon=106.64, lat=-6.21)
    assert vehicle.duty is Duty.CLEANING
    assert vehicle.equipment == {"infectious", "ppe"}
    assert vehicle.crew == {"driver"}
    assert vehicle.seats == 3
    assert vehicle.hours == (time(20), time(4))
    assert vehicle.area == {"kota-tangerang"}
    assert vehicle.papers_valid_until == date(2027, 1, 31)
    assert vehicle.default_travel_min == 40
    # A government's vehicle goes for others on request; a limit given as a condition is just fulfilled.
    assert vehicle.shares is Shares.ON_REQUEST
    assert vehicle.rest_min is not None
    assert 29 < vehicle.rest_min < 30
    assert vehicle.duty_h is not None
    assert 12 < vehicle.duty_h < 13


def test_every_key_of_an_ask_is_read(tmp_path: Path) -> None:
    ask = (
        'ask = { id = "Q1", need = "body", urgency = "yellow", pickup = [106.6, -6.2], dropoff = "cikokol", '
        'documents = ["ktp"], requester = "puskesmas-cikokol", phone = "+62 811-0000-0001", leaves = "city", '
        'distance_km_over = 50, pickup_area = "kota-tangerang", '
        'patient = { death = "unidentified", infectious = true, count = 2, resident_of = "kota-tangerang" } }'
    )
    act = (
        read_scenario(written(tmp_path, GOOD.replace('ask = { id = "Q1", need = "body", pickup = "cikokol" }', ask)))
        .steps[0]
        .act
    )
    assert isinstance(act, AskAct)
    assert act.urgency is Urgency.YELLOW
    assert act.pickup == Point(lon=106.6, lat=-6.2)
    assert act.documents == {"ktp"}
    assert act.patient.death is Death.UNIDENTIFIED
    assert (act.patient.infectious, act.patient.count) == (True, 2)
    assert act.leaves == "city"
    assert act.distance_km is not None
    assert act.distance_km > 50


def test_operators_in_a_list_act_at_the_same_moment(tmp_path: Path) -> None:
    act_of = '{ as = "NAME", does = "assign", vehicle = "H3" }'
    both = ", ".join(act_of.replace("NAME", name) for name in ("operator", "operator2"))
    more = f"\n[[step]]\nat_s = 1\noperator = [{both}]\n"
    acts = read_scenario(written(tmp_path, GOOD + more)).steps[1].act
    assert isinstance(acts, tuple)
    assert [one.role for one in acts] == ["operator", "operator2"]
    assert {one.request for one in acts} == {"Q1"}


def test_queued_taps_are_numbered_and_keep_the_time_of_the_device(tmp_path: Path) -> None:
    queue = '[{ does = "on_scene", at_s = 10 }, { does = "transporting", at_s = 30 }]'
    online = f'{{ id = "H3", does = "online", posts = 2, queue = {queue} }}'
    more = f"\n[[step]]\nat_s = 60\nvehicle = {online}\n"
    act = read_scenario(written(tmp_path, GOOD + more)).steps[1].act
    assert isinstance(act, VehicleAct)
    assert [(tap.does, tap.device_s, tap.seq) for tap in act.queue] == [("on_scene", 10, 1), ("transporting", 30, 2)]
    assert act.posts == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('title = "Contoh"', 'title = "Contoh"\ncolour = "red"', 2, "unknown key 'colour' in the file: it takes"),
        ('title = "Contoh"\n', "", 1, "the file lacks 'title'"),
        ('title = "Contoh"', 'title = " "', 1, "title: takes a text that is not empty"),
        ("travel_min =", "travel_mins =", 12, "unknown key 'travel_mins' in vehicle 1: it takes agency"),
        ("at_s = 0", "at_s = 0\nwait_s = 3", 16, "unknown key 'wait_s' in step 1: it takes ask"),
        ('need = "body",', 'need = "body", needed = "x",', 16, "unknown key 'needed' in step 1.ask"),
        ('need = "body",', "", 16, "step 1.ask lacks 'need'"),
        ('{ state = "searching" }', '{ stat = "searching" }', 17, "unknown key 'stat' in step 1.expect"),
        ('{ state = "searching" }', '{ promise = { due = 3 } }', 17, "unknown key 'due' in step 1.expect.promise"),
        ('{ state = "searching" }', '{ state = "rejected" }', 17, "step 1.expect.state: Input should be 'searching'"),
        ('{ state = "searching" }', '{ offered = ["H9"] }', 17, "expect.offered 1: 'H9' is none of the vehicles"),
        ('{ state = "searching" }', '{ denied = { H9 = ["R01"] } }', 17, "'H9' is none of the vehicles so far: H3"),
        ('{ state = "searching" }', '{ order = ["Q7"] }', 17, "'Q7' is none of the requests so far: Q1"),
        ('{ state = "searching" }', "{ refused = 1.5 }", 17, "expect.refused: Input should be a valid boolean, or"),
        ('class = "hearse"', 'class = "bus"', 10, "vehicle 1.class: Input should be 'emergency_ambulance'"),
        ('class = "hearse"', 'class = "bus"', 10, ", not 'bus'"),
        ('agency = "dkm"\n', 'agency = "dkm"\ncrew = ["cook"]\n', 12, "vehicle 1.crew 1: 'cook' is none of driver"),
        ('agency = "dkm"\n', 'agency = "dkm"\nhours = "8 to 4"\n', 12, 'vehicle 1.hours: takes hours such as'),
        ('agency = "dkm"\n', 'agency = "dkm"\nat_base = 1\n', 12, "vehicle 1.at_base: Input should be a valid boolean"),
        ('agency = "dkm"\n', 'agency = "dkm"\nduty_h = 1\nduty_h_over = 2\n', 13, "duty_h is said too"),
        ('need = "body",', 'need = "body", choose = "H9",', 16, "ask.choose: 'H9' is none of the vehicles so far"),
        ("{ cikokol = 14 }", "{ cikolol = 14 }", 12, "'cikolol' is none of the places so far: cikokol"),
        ("{ cikokol = 14 }", "{ cikokol = -1 }", 12, "Input should be greater than or equal to 0, not -1"),
        ("{ cikokol = 14 }", '{ cikokol = "14" }', 12, "travel_min.cikokol: Input should be a valid number, not '14'"),
        ('pickup = "cikokol"', 'pickup = "cikupa"', 16, "step 1.ask.pickup: 'cikupa' is none of the places"),
        ('pickup = "cikokol"', "pickup = [106.6, 96.2]", 16, "lat 96.2 is not a latitude"),
        ('packs = ["national", "dkm"]', 'packs = ["nasional"]', 3, "packs: no pack 'nasional': there are dkm"),
        ('packs = ["national", "dkm"]', "packs = {}", 3, "packs: no pack {}: there are dkm"),
        ('packs = ["national", "dkm"]', 'packs = ["gone.toml"]', 3, "packs: the pack gone.toml cannot be read"),
        ("16:45:00+07:00", "16:45:00", 2, "at: needs an offset"),
        ("[106.6280, -6.2001]", "[106.6280]", 6, "places.cikokol: takes [longitude, latitude]"),
        ("at_s = 0", "at_s = 0\ncallback = { outcome = \"told\" }", 14, "step 1: it has both ask and callback"),
        ("at_s = 0", "at_s =", 15, "this is not TOML"),
        ("[[step]]", "[[step]]\nat_s = 9\n[[step]]", 17, "step 2.at_s: it is before the step above it"),
        ("[[step]]", '[[step]]\nat_s = 0\nrequester = { does = "note", request = "Q1" }\n[[step]]', 16, "so far: "),
        ("[[step]]", '[[vehicle]]\nid = "H3"\nclass = "hearse"\nagency = "dkm"\n[[step]]', 15, "'H3' stands twice"),
        ("[[step]]", "[step]", 14, "step: takes a list, or [[ ]] tables"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    error = complaint(tmp_path, GOOD.replace(old, new, 1))
    assert says in error.sentence
    assert error.line == line
    assert f"contoh.toml line {line}:" in str(error)


def test_a_name_in_packs_stands_for_every_version_of_that_agency(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, GOOD.replace('["national", "dkm"]', '["kota-tangerang"]')))
    assert {agency for agency, _ in scenario.packs} == {"kota-tangerang"}
    assert len(scenario.packs) == sum(agency == "kota-tangerang" for agency, _ in package_packs())


def test_a_path_in_packs_is_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[pack]\nagency = "own"\n')
    scenario = read_scenario(written(tmp_path, GOOD.replace('["national", "dkm"]', '["own.toml"]')))
    assert [agency for agency, _ in scenario.packs] == ["own"]


def test_in_a_folder_only_files_with_steps_are_scenarios(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    (tmp_path / "pack.toml").write_text('[pack]\nagency = "own"\n')
    assert find_scenarios([tmp_path]) == [file]


@pytest.mark.parametrize(
    ("does", "line", "says"),
    [
        ('does = "assign"', 21, "step 2.operator: to assign it lacks 'vehicle'"),
        ('does = "override"\nvehicle = "H3"', 21, "step 2.operator: to override it lacks 'rule'"),
        ('does = "close"\noutcome = "searching"', 23, "step 2.operator.outcome: 'searching' is none of cancelled"),
        ('does = "dance"', 22, "step 2.operator.does: Input should be 'approve'"),
        (
            'does = "undo"\nsets = { urgency = "red" }',
            23,
            "unknown key 'sets' in step 2.operator: it takes as, at, does",
        ),
        ('does = "change"', 21, "step 2.operator: to change it lacks 'set'"),
        ('does = "divert"\nvehicle = "H3"\nof = "Q1"', 21, "step 2.operator: to divert it lacks 'reason'"),
        ('does = "approve"\nreason = "x"', 23, "step 2.operator.reason: takes 3 to 500 characters, not 1"),
    ],
)
def test_a_table_with_a_head_of_its_own_names_its_own_line(tmp_path: Path, does: str, line: int, says: str) -> None:
    error = complaint(tmp_path, GOOD + f"\n[[step]]\nat_s = 1\n[step.operator]\n{does}\n")
    assert says in error.sentence
    assert error.line == line


def test_every_key_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text()

    def tables(model: type[Table]) -> set[type[Table]]:
        return {model, *(found for under in model.__subclasses__() for found in tables(under))}

    keys = {key for model in tables(Table) - {Scenario} for key in model.takes()}
    assert {"at_s", "no_request_without_solution_or_promise", *ScenarioFile.takes()} <= keys
    assert sorted(key for key in (*keys, *DOES) if key not in page) == []
