"""Simulated drivers: each a real client with its own live connection that answers offers and follows the road."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dispatch.sim.demo.client import Client
from geo.point import M_PER_DEGREE

SPEED_UP = 3.0  # the demo drives faster than the road allows, so that a visitor sees a trip end
_TICK_S = 1.0
_STANDING_S = 45.0
_DECLINES = 0.08
_NEXT = {
    "accepted": "en_route",
    "en_route": "on_scene",
    "on_scene": "transporting",
    "transporting": "at_destination",
    "at_destination": "clear",
}
_PAUSES_S = {"accepted": 3.0, "on_scene": 12.0, "at_destination": 10.0}
_DRIVES = ("en_route", "transporting")


@dataclass(slots=True)
class Driver:
    """One simulated driver; `position` is (lon, lat). A person who answers first keeps the steps to themselves."""

    client: Client
    url: str
    dice: random.Random
    patience_s: tuple[float, float]
    position: tuple[float, float] | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    mine: str | None = None
    seq: int = 0

    async def run(self) -> None:
        """Go on duty and drive until cancelled; a lost connection is made again."""
        async for socket in connect(self.url, additional_headers=self.client.headers, max_size=None):
            gone = False
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._listen(socket))
                    group.create_task(self._work(socket))
            except* (ConnectionClosed, httpx.HTTPError):
                # A task group whose child fails in the same moment lets the cancellation fall (Python 3.11).
                task = asyncio.current_task()
                gone = task is not None and task.cancelling() > 0
            if gone:
                return
            await asyncio.sleep(self.dice.uniform(1.0, 3.0))

    async def _listen(self, socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, str) and "kind" in json.loads(message):
                self.news.set()

    async def _work(self, socket: ClientConnection) -> None:
        me = await self.client.get("/api/me")
        if me is None or me["vehicle"] is None:
            return
        if not self.seq and me["assignment"] is not None and me["assignment"]["state"] != "offered":
            self.mine = me["assignment"]["id"]  # a trip that the demo was ended in the middle of
        if me["vehicle"]["duty"] != "available" and me["assignment"] is None:
            me = await self._tell("/api/me/duty", {"duty": "available", "at_base": True}) or me
        if me["vehicle"]["lon"] is not None:
            self.position = (me["vehicle"]["lon"], me["vehicle"]["lat"])
        while True:
            await self._report(socket)
            trip = (await self.client.get("/api/me") or {}).get("assignment")
            if trip is None:
                await self._wait(_STANDING_S)
            elif trip["state"] == "offered":
                await self._answer(trip["id"])
            else:
                await self._go_on(socket, trip)

    async def _wait(self, seconds: float) -> None:
        """Until there is news, at most `seconds`."""
        try:
            await asyncio.wait_for(self.news.wait(), self.dice.uniform(seconds * 0.8, seconds * 1.2))
        except TimeoutError:
            return
        finally:
            self.news.clear()

    async def _answer(self, assignment: str) -> None:
        if await self.client.get("/api/me/offer") is None:
            return
        await self.client.post(f"/api/assignments/{assignment}/delivered", {})
        await asyncio.sleep(self.dice.uniform(*self.patience_s))
        declines = self.dice.random() < _DECLINES and self.patience_s[0] < 10
        body: dict[str, object] = {"reason": "Sedang isi BBM"} if declines else {}
        if await self._tell(f"/api/assignments/{assignment}/{'decline' if declines else 'accept'}", body):
            self.mine = assignment

    async def _go_on(self, socket: ClientConnection, trip: dict[str, str]) -> None:
        state = trip["state"]
        if state in _DRIVES:
            await self._drive(socket, trip["id"], state)
        if trip["id"] != self.mine:
            await self._wait(10.0)  # a person drives: only the vehicle's position is simulated
            return
        await asyncio.sleep(_PAUSES_S.get(state, 0.0))
        await self._tell(f"/api/assignments/{trip['id']}/{_NEXT[state]}", {})

    async def _drive(self, socket: ClientConnection, assignment: str, state: str) -> None:
        way = await self.client.get(f"/api/route?assignment={assignment}")
        if way is None:
            return
        line = way["geometry"]["coordinates"]
        speed_mps = SPEED_UP * max(1.0, way["properties"]["distance_m"] / max(1, way["properties"]["travel_s"]))
        for at in steps_along(line, speed_mps * _TICK_S):
            self.position = at
            await self._report(socket, speed_kph=min(190.0, speed_mps * 3.6))
            await asyncio.sleep(_TICK_S)
            if self.news.is_set():
                self.news.clear()
                trip = (await self.client.get("/api/me") or {}).get("assignment")
                if trip is None or trip["state"] != state:
                    return

    async def _report(self, socket: ClientConnection, speed_kph: float = 0.0) -> None:
        if self.position is None:
            return
        fix = {
            "lon": round(self.position[0], 6),
            "lat": round(self.position[1], 6),
            "taken_at": datetime.now(UTC).isoformat(),
            "accuracy_m": 8.0,
            "speed_kph": round(speed_kph, 1),
        }
        await socket.send(json.dumps({"fixes": [fix]}, separators=(",", ":")))

    async def _tell(self, path: str, body: dict[str, object]) -> dict[str, dict[str, object]] | None:
        self.seq = max(self.seq + 1, int(datetime.now(UTC).timestamp() * 1000))
        stamped = {**body, "seq": self.seq, "device_time": datetime.now(UTC).isoformat()}
        answer: dict[str, dict[str, object]] | None = await self.client.post(path, stamped)
        return answer


def steps_along(line: Sequence[Sequence[float]], step_m: float) -> list[tuple[float, float]]:
    """Points every `step_m` along a line of (lon, lat), and its end."""
    if not step_m > 0:
        raise ValueError(f"a step of {step_m} m gets nowhere")
    lon, lat = np.array(line, np.float64).T
    pieces_m = np.hypot(np.diff(lon) * np.cos(np.radians(lat[:-1])), np.diff(lat)) * M_PER_DEGREE
    along_m = np.append(0.0, np.cumsum(pieces_m))
    at_m = np.append(np.arange(step_m, along_m[-1], step_m), along_m[-1])
    return list(zip(np.interp(at_m, along_m, lon).tolist(), np.interp(at_m, along_m, lat).tolist(), strict=True))
