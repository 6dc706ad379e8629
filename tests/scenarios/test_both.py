"""The scenario player is the API's desk: what comes of a sample scenario comes of it over the API too."""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import dispatch
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.domain.people import Person
from dispatch.reading.letters import write_letter
from dispatch.reading.requests import RequestOut, request_out
from dispatch.sim.scenario import model as sc
from dispatch.sim.scenario.acts import do
from dispatch.sim.scenario.file import find_scenarios, read_scenario
from dispatch.sim.scenario.world import ZONE, World, open_world
from dispatch.tell.tail import tell_on
from dispatch.vocabulary.languages import Lang
from tests.scenarios.over_http import Served, cannot_be_said, open_served

pytestmark = pytest.mark.anyio
FILES = find_scenarios([Path(dispatch.__file__).parent / "scenarios"])
_NUMBER = re.compile(r" \(no\. \d+\)$")
_ID = re.compile(r"\b[A-Z]{1,2}-[0-9a-f]{12}\b")


def named_alike(shown: object) -> Any:
    """What is shown, with every id by the order in which it comes first."""
    seen: dict[str, str] = {}
    text = json.dumps(shown, ensure_ascii=False, default=str)
    return json.loads(_ID.sub(lambda found: seen.setdefault(found[0], f"id {len(seen)}"), text))


def differences(player: Any, api: Any, where: str) -> list[str]:
    """Where the two differ."""
    if isinstance(player, dict) and isinstance(api, dict) and player.keys() == api.keys():
        return [line for name in player for line in differences(player[name], api[name], f"{where}.{name}")]
    if isinstance(player, list) and isinstance(api, list) and len(player) == len(api):
        pairs = enumerate(zip(player, api, strict=True))
        return [line for number, pair in pairs for line in differences(*pair, f"{where}[{number}]")]
    return [] if player == api else [f"{where}: {player!r} played, {api!r} over the API"]


async def letters(world: World) -> Any:
    """Everything that was or is to be told, as it would be sent."""
    while await tell_on(world.unit.store):
        pass

    def look(books: Books) -> Any:
        found = {}
        for name, request_id in world.requests.items():
            told = [
                write_letter(books, m, zone=ZONE, public_url="") for m in books.outbox.list_some(request_id=request_id)
            ]
            found[name] = [
                (
                    one.message.recipient,
                    one.message.template,
                    one.message.send_after,
                    one.phone,
                    _NUMBER.sub("", one.text),
                )
                for one in told
            ]
        return found

    return await world.unit.store.read(look)


def _read(unit: Unit, person: Person, request_id: str, books: Books) -> RequestOut:
    return request_out(unit, books, person, request_id, "{token}", Lang.ID)


async def shown(world: World) -> Any:
    """Every request as an operator sees it."""
    operator, found = world.seed.people["operator"], {}
    for name, request_id in world.requests.items():
        if isinstance(world, Served):
            out = await world.get(operator, f"/requests/{request_id}")
        else:
            read = partial(_read, world.unit, operator, request_id)
            out = (await world.unit.store.read(read)).model_dump(mode="json", by_alias=True)
        del out["track_url"]
        if out["decision"]:
            del out["decision"]["computed_in_ms"]
        # Of vehicles that were asked at the same moment, the order is that of their ids.
        out["assignments"].sort(key=lambda trip: (trip["offered_at"], trip["vehicle_id"]))
        for asked in (out["asked"], out["approvals"]):
            asked.sort(key=lambda one: (one["vehicle_id"], one["rule"]))
        for entry in out["timeline"]:  # requests that are woken at the same moment are served in the order of their ids
            del entry["seq"]
            entry["facts"].pop("decision_id", None)
        found[name] = out
    return found


def test_every_sample_scenario_can_be_said_over_the_api() -> None:
    assert [file.stem for file in FILES if cannot_be_said(read_scenario(file))] == []


async def as_they_came(player: World, act: sc.Act | None) -> sc.Act | None:
    """The act; of operators at the same moment, who was first in the player goes first over the API too."""
    if not isinstance(act, tuple):
        return act
    live = await player.unit.store.read(lambda books: books.assignments.list_live())
    going = {trip.vehicle_id: trip.request_id for trip in live}
    return tuple(sorted(act, key=lambda one: going.get(one.vehicle or "") != player.requests[one.request]))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_a_scenario_over_the_api_comes_out_as_the_player_plays_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = read_scenario(file)
    async with (
        open_world(scenario, [text for _, text in scenario.packs]) as player,
        open_served(scenario, monkeypatch) as api,
    ):
        for step, line in zip(scenario.steps, scenario.lines, strict=True):
            await player.move_to(step.at_s, step.act)
            await api.move_to(step.at_s, step.act)
            done = await do(player, step.act)
            refused = await api.do(await as_they_came(player, step.act))
            where = f"line {line}"
            assert refused == [refusal.code.value for refusal in done.refusals], where
            one, other = named_alike(await shown(player)), named_alike(await shown(api))
            assert not (found := differences(one, other, where)), "\n".join(found)
            one, other = named_alike(await letters(player)), named_alike(await letters(api))
            assert not (found := differences(one, other, f"{where} told")), "\n".join(found)
