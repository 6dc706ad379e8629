"""A scenario played by clients of the API: the server's own application and house, under the scenario's clock."""

import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dispatch.bootstrap import open_house, publish_packs
from dispatch.desk.ports import Books
from dispatch.desk.usecases import timers
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person, Token
from dispatch.domain.request import Place
from dispatch.settings import Settings
from dispatch.sim.scenario import model as sc
from dispatch.sim.scenario.acts import asker_of, name_back, name_onward, name_rides, person_of, same_as, who_answers
from dispatch.sim.scenario.roads import GivenRoads
from dispatch.sim.scenario.seed import Seed
from dispatch.sim.scenario.world import VirtualClock, World
from dispatch.store.sqlite import open_passing
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import REPORTS, AssignmentState
from dispatch.vocabulary.vehicle_classes import Duty
from web.server import create_app

HOST = "https://example.test"
ENDS = {
    RequestState.CANCELLED_BY_REQUESTER: "cancel",
    RequestState.COMPLETED: "complete",
    RequestState.DUPLICATE: "duplicate",
    RequestState.UNFOUNDED: "unfounded",
}
# What a file gives as a fact and the API derives from where a place lies.
DERIVED = {"pickup_area", "dropoff_area", "distance_km", "distance_km_over"}


def cannot_be_said(scenario: sc.Scenario) -> set[str]:
    """What of a scenario has no words in the API."""
    asks = [step.ask for step in scenario.steps if step.ask is not None]
    return DERIVED & {name for ask in asks for name in ask.model_fields_set}


class Given(GivenRoads):
    """The given times where a server has roads or none."""

    kind = "none"


@dataclass(slots=True)
class Served(World):
    """The same world, in which every hand is a client with a token of its own."""

    http: httpx.AsyncClient = field(kw_only=True)

    async def call(
        self, person: Person, method: str, path: str, body: object = None, *, key: str = ""
    ) -> tuple[Any, str | None]:
        """(answer, None) or (None, the code of what was refused)."""
        headers = {"Authorization": f"Bearer {secret(person.id)}", "Idempotency-Key": key or str(uuid4())}
        answer = await self.http.request(method, f"/api{path}", headers=headers, json=body)
        if answer.is_success:
            return answer.json(), None
        assert answer.status_code == httpx.codes.CONFLICT, (path, body, answer.text)
        return None, answer.json()["code"]

    async def get(self, person: Person, path: str) -> Any:
        """What the API shows somebody."""
        said, refused = await self.call(person, "GET", path)
        assert refused is None, refused
        return said

    async def put_position(self, vehicle_id: str, *, ago: timedelta = timedelta(0)) -> None:
        """The phone of a vehicle reports where it stands; a position that was told already says nothing new."""
        point, at = self.stands_at[vehicle_id], self.clock.at - ago
        fixes = [{"lon": point.lon, "lat": point.lat, "taken_at": at.isoformat()}]
        said, _ = await self.call(self.driver(vehicle_id), "POST", "/positions", {"fixes": fixes})
        refused = [one["reasons"] for one in (said or {})["refused"]]
        assert refused in ([], [["not_newer"]]), (vehicle_id, point, refused)

    async def _clear(self, vehicle_id: str, assignment_id: str) -> None:
        for step in ("transporting", "at_destination", "clear"):
            await self.tap(vehicle_id, assignment_id, step)

    async def acknowledge(self, offer: Assignment) -> None:
        """The offer is on the driver's screen; nothing new where that was said before."""
        path = f"/assignments/{offer.id}/delivered"
        await self.call(self.driver(offer.vehicle_id), "POST", path, key=f"seen-{offer.id}")

    async def tap(self, vehicle_id: str, trip: str, does: str, tap: sc.Tap | sc.VehicleAct | None = None) -> str | None:
        """A driver's tap, from the queue of the phone or just now; what was refused."""
        seq = self.number(vehicle_id, tap.seq if tap is not None else None)
        device_s = tap.device_s if tap is not None else None
        at = self.instant(device_s) if device_s is not None else self.clock.at
        body = {"seq": seq, "device_time": at.isoformat(), "reason": tap.reason if tap is not None else None}
        path = f"/assignments/{trip}/{does}"
        _, refused = await self.call(self.driver(vehicle_id), "POST", path, body, key=f"{trip}-{seq}")
        return refused

    async def do(self, act: sc.Act | None) -> list[str]:
        """Carry out a step as clients do; what was refused."""
        refused: list[str | None] = []
        match act:
            case None:
                pass
            case sc.AskAct():
                refused.append(await self._ask(act))
            case sc.VehicleAct():
                refused += await self._vehicle(act)
            case tuple():
                refused += [await self._operator(one) for one in act]
            case sc.MutualAidAct():
                refused.append(await self._mutual_aid(act))
            case sc.CallBackAct():
                refused.append(await self._call_back(act))
            case sc.DeathAct():
                refused.append(await self._death(act))
            case sc.RequesterAct():
                refused.append(await self._requester(act))
            case sc.PublishAct():
                # As `jemput sop publish` does beside the server.
                now, texts = self.clock.now(), [("pack", act.text)]
                refused += await self.unit.store.write(lambda books: publish_packs(books, texts, now))
        await timers.run_due(self.unit)
        await self.settle()
        return [code for code in refused if code is not None]

    def _place(self, place: Place) -> object:
        if place.facility is not None:
            return place.facility
        named = {"name": place.name} if place.name else {}
        return {"lon": place.point.lon, "lat": place.point.lat, **named}

    async def _ask(self, act: sc.AskAct) -> str | None:
        ask = self.seed.ask(act)
        body = {
            "need": act.need,
            "urgency": act.urgency,
            "pickup": self._place(ask.pickup),
            "dropoff": self._place(ask.dropoff) if ask.dropoff else None,
            "patient": act.given.model_dump(mode="json", exclude_unset=True),
            "documents": sorted(act.documents),
            "leaves": act.leaves,
            "schedule_at": act.schedule_at.isoformat() if act.schedule_at else None,
            "repeat": act.repeat.model_dump(mode="json") if act.repeat else None,
            "return": self._back(act),
            "contact": {"phone": act.phone},
            "choose": act.choose,
        }
        made, refused = await self.call(self.seed.asker(act), "POST", "/requests", body, key=f"ask-{act.id}")
        if made is not None:
            await name_rides(self, act.id, made["id"])
        return refused

    def _back(self, act: sc.AskAct | sc.OperatorAct | sc.RequesterAct) -> dict[str, object] | None:
        at = act.return_at or act.return_after
        when = "at" if act.return_at is not None else "after"
        return {when: at.isoformat(), "waits": act.waits} if at is not None else None

    async def _vehicle(self, act: sc.VehicleAct) -> list[str | None]:
        driver, refused = self.driver(act.id), []
        match act.does:
            case "silent":
                pass
            case "offline":
                self.silent.add(act.id)
            case "online":
                self.silent.discard(act.id)
                await self.put_position(act.id)
            case "position":
                await self.put_position(act.id)
            case "breaks":
                trip = (await self.get(driver, "/me"))["assignment"]
                reason = act.reason or "kendaraan rusak"
                if trip is not None:
                    does = "decline" if trip["state"] == AssignmentState.OFFERED else "problem"
                    refused.append(await self.tap(act.id, trip["id"], does, act.model_copy(update={"reason": reason})))
                if trip is None or trip["state"] == AssignmentState.OFFERED:
                    refused.append(await self._set_duty(driver, Duty.OUT_OF_SERVICE))
            case report if report in REPORTS:
                trip = (await self.get(driver, "/me"))["assignment"]
                refused.append(await self.tap(act.id, trip["id"], report) if trip else "step_out_of_order")
            case "repaired":
                refused.append(await self._set_duty(driver, Duty.AVAILABLE))
            case _:
                refused.append(await self._tapped(act.id, act))
        before = self.seqs.get(act.id, 0)
        queue = [tap.model_copy(update={"seq": before + tap.seq}) for tap in act.queue]
        return [*refused, *[await self._tapped(act.id, tap) for tap in queue * act.posts]]

    async def _tapped(self, vehicle_id: str, tap: sc.Tap | sc.VehicleAct) -> str | None:
        trip = (await self.get(self.driver(vehicle_id), "/me"))["assignment"]
        trip_id = trip["id"] if trip else self.tapped.get(vehicle_id)
        return await self.tap(vehicle_id, trip_id, tap.does, tap) if trip_id else "step_out_of_order"

    async def _set_duty(self, driver: Person, duty: Duty) -> str | None:
        body = {"duty": duty, "seq": 1, "device_time": self.clock.at.isoformat()}
        _, refused = await self.call(driver, "POST", "/me/duty", body)
        return refused

    async def _operator(self, act: sc.OperatorAct) -> str | None:
        who = person_of(self, act.role)
        return await (self._return(who, act) if act.does == "return" else self._decided(who, act))

    async def _decided(self, who: Person, act: sc.OperatorAct) -> str | None:
        request_id = self.requests[act.request]
        path = f"/requests/{request_id}"
        body: dict[str, object]
        match act.does:
            case "approve" | "refuse":
                found = await self._answered(who, path, act)
                if found is None:
                    return "no_such_approval"
                path, body = f"{path}/approve", found
            case "undo":
                trips = (await self.get(who, path))["assignments"]
                mine = [trip["id"] for trip in trips if act.vehicle in (None, trip["vehicle_id"])]
                if not mine:
                    return "step_out_of_order"
                path = f"/assignments/{mine[-1]}/undo"
                body = {"seq": 0, "device_time": self.clock.at.isoformat(), "reason": act.reason}
            case "assign" | "override":
                against = {"rule": act.rule, "reason": act.reason} if act.does == "override" else None
                path += "/assign"
                body = {"vehicle_id": act.vehicle, "override": against}
            case "divert":
                path += "/divert"
                body = {"from": self.requests[act.of or ""], "vehicle_id": act.vehicle, "reason": act.reason}
            case "close":
                assert act.outcome is not None
                of = await same_as(self, act) if act.outcome is RequestState.DUPLICATE else None
                path += f"/{ENDS[act.outcome]}"
                body = {"told": act.told, "reason": act.reason, "of": of, "series": act.rides}
            case "change":
                assert act.set is not None
                path += "/change"
                body = self._change(act.set, act.rides)
            case "correct":
                trips = (await self.get(who, path))["assignments"]
                mine = [trip["id"] for trip in trips if trip["vehicle_id"] == act.vehicle]
                at = self.instant(act.since_s) if act.since_s is not None else self.clock.at
                path = f"/assignments/{mine[-1]}/correct"
                body = {
                    "step": act.step,
                    "device_time": at.isoformat(),
                    "reason": act.reason,
                    "only_time": act.only_time,
                }
            case "transfer":
                assert act.at is not None
                there = self._place(self.seed.place(act.at))
                path += "/transfer"
                body = {"from": act.giving, "at": there, "vehicle_id": act.vehicle, "reason": act.reason}
            case "group":
                path, body = await self._group(who, request_id, [self.requests[name] for name in act.others])
        _, refused = await self.call(who, "POST", path, body)
        return refused

    async def _answered(self, who: Person, path: str, act: sc.OperatorAct) -> dict[str, object] | None:
        asked = (await self.get(who, path))["approvals"]
        fits = [a for a in asked if act.rule in (None, a["rule"]) and act.vehicle in (None, a["vehicle_id"])]
        fits = [a for a in fits if a["state"] == "asked"] or [a for a in fits if a["state"] != "withdrawn"]
        if not fits:
            return None
        body = {"rule": fits[0]["rule"], "vehicle_id": fits[0]["vehicle_id"], "reason": act.reason}
        heard = {"name": act.heard_from, "at": self.clock.at.isoformat()} if act.heard_from is not None else None
        return {**body, "yes": act.does == "approve", **({"heard_from": heard} if heard else {})}

    async def _group(self, who: Person, request_id: str, others: list[str]) -> tuple[str, dict[str, object]]:
        request = await self.get(who, f"/requests/{request_id}")
        if request["incident"] is not None:
            return f"/incidents/{request['incident']}/requests", {"add": others}
        pickup = request["pickup"]
        place = {name: pickup[name] for name in ("lon", "lat", "name")}
        return "/incidents", {"name": "kejadian", "place": place, "requests": [request_id, *others]}

    def _change(self, said: sc.GivenChange, rides: Rides) -> dict[str, object]:
        given = said.model_fields_set
        body = said.model_dump(mode="json", include=given - {"pickup", "dropoff", "phone", "patient"})
        places = {name: self.seed.place(getattr(said, name)) for name in given & {"pickup", "dropoff"}}
        body |= {name: self._place(place) for name, place in places.items()}
        if said.patient is not None:
            body["patient"] = said.patient.model_dump(mode="json", exclude_unset=True)
        return body | {"series": rides} | ({"contact": {"phone": said.phone}} if said.phone else {})

    async def _return(self, who: Person, act: sc.OperatorAct | sc.RequesterAct) -> str | None:
        path = f"/requests/{self.requests[act.request]}/return"
        _, refused = await self.call(who, "POST", path, self._back(act))
        await name_back(self, act.request)
        return refused

    async def _mutual_aid(self, act: sc.MutualAidAct) -> str | None:
        who, theirs = person_of(self, act.agency), {v.id for v in self.scenario.vehicles if v.agency == act.agency}
        requests = [self.requests[act.request]] if act.request else list(self.requests.values())
        for request_id in requests:
            for asked in (await self.get(who, f"/requests/{request_id}"))["asked"]:
                if asked["vehicle_id"] in theirs and act.vehicle in (None, asked["vehicle_id"]):
                    body = {"yes": act.says == "yes", "vehicle_id": asked["vehicle_id"], "reason": act.reason}
                    _, refused = await self.call(who, "POST", f"/requests/{request_id}/mutual_aid", body)
                    return refused
        return "no_such_approval"

    async def _call_back(self, act: sc.CallBackAct) -> str | None:
        request_id, operator = self.requests[act.request], self.seed.people["operator"]
        promise = (await self.get(operator, f"/requests/{request_id}"))["promise"]
        if promise is None:
            return "promise_closed"
        who = self.seed.people.get(promise["owner"], operator)
        body = {"outcome": act.outcome, "told": "keluarga" if act.outcome == "told" else ""}
        _, refused = await self.call(who, "POST", f"/promises/{promise['id']}/calls", body)
        return refused

    async def _death(self, act: sc.DeathAct) -> str | None:
        heard = {"name": act.doctor, "heard_at": self.clock.at.isoformat()} if act.doctor is not None else "facility"
        body = {"confirmed": "yes" if act.confirmed else "no", "by": heard}
        path = f"/requests/{self.requests[act.request]}/confirm_death"
        _, refused = await self.call(await who_answers(self, act), "POST", path, body)
        await name_onward(self, act)
        return refused

    async def _requester(self, act: sc.RequesterAct) -> str | None:
        who, path = asker_of(self, act.request), f"/requests/{self.requests[act.request]}"
        if act.set is not None and act.does == "change":
            _, refused = await self.call(who, "POST", f"{path}/change", self._change(act.set, act.rides))
        elif act.does == "return":
            refused = await self._return(who, act)
        elif act.does == "ready":
            _, refused = await self.call(who, "POST", f"{path}/ready")
        elif act.does == "note":
            _, refused = await self.call(who, "POST", f"{path}/note", {"text": act.note or "catatan"})
        else:
            reason = act.note or ("sudah tiba sendiri" if act.does == "arrives" else "dibatalkan pemohon")
            body = {"told": "requester", "reason": reason, "series": act.rides}
            _, refused = await self.call(who, "POST", f"{path}/cancel", body)
        return refused


def secret(person_id: str) -> str:
    """The token of somebody of the scenario."""
    return f"token-of-{person_id}-in-the-scenario"


def _move_in(seed: Seed, books: Books) -> dict[str, tuple[datetime, str]]:
    """Everything in its place, and a token for everybody."""
    busy = seed.write(books)
    for name in seed.people:
        digest = hashlib.sha256(secret(name).encode()).hexdigest()
        books.people.add_token(Token(digest=digest, person_id=name, kind="api", created_at=datetime.now(UTC)))
    books.vehicles.put_fixes(seed.old_fixes())
    return busy


@contextlib.asynccontextmanager
async def open_served(scenario: sc.Scenario, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """The application as a server has it, but that time goes on when the scenario's does."""
    clock = VirtualClock(scenario.at.astimezone(UTC))
    given = Given(scenario.places, scenario.vehicles, clock.now)
    monkeypatch.setattr("dispatch.bootstrap.SystemClock", lambda: clock)
    monkeypatch.setattr("dispatch.bootstrap.StraightRoads", lambda: given)
    seed = Seed(scenario)
    with TemporaryDirectory(prefix="jemput-served-") as name:
        folder = Path(name)
        store = open_passing(folder)
        busy = await store.write(partial(_move_in, seed))
        await store.close()
        for number, (_, text) in enumerate(scenario.packs):
            (folder / f"{number:02}.toml").write_text(text, "utf-8")
        settings = Settings(data_dir=folder, sop_dir=name)
        app = create_app(settings, demo=False)
        problems: list[str] = []
        async with (
            open_house(settings, demo=False, progress=problems.append) as house,
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOST) as http,
        ):
            assert problems == []
            app.state.house = house
            yield Served(
                scenario=scenario,
                unit=house.unit,
                clock=clock,
                seed=seed,
                given=given,
                stands_at=dict(seed.stands_at),
                silent={vehicle.id for vehicle in scenario.vehicles if vehicle.fix_age_min is not None},
                busy=busy,
                http=http,
            )


def as_json(value: object) -> Any:
    """As it comes over the wire."""
    return json.loads(json.dumps(value, default=str))
