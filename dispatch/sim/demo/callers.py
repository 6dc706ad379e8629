"""Simulated callers: staff of puskesmas far from Cikokol who ask for a vehicle now and then, so that the map lives."""

import asyncio
import random

from dispatch.sim.demo.client import Client

_EVERY_S = (18.0, 40.0)
_MOST_OPEN = 14
_NEEDS = ("emergency", "referral", "transport", "transport", "body")


async def call_now_and_then(staff: list[Client], operator: Client, dice: random.Random) -> None:
    """Ask until cancelled, but never while many requests are open."""
    places = await operator.get("/api/facilities?kind=hospital") or []
    while staff and places:
        await asyncio.sleep(dice.uniform(*_EVERY_S))
        page = await operator.get("/api/requests?state=searching&state=assigned&state=in_progress&state=waiting")
        if page is None or len(page["requests"]) >= _MOST_OPEN:
            continue
        caller = dice.choice(staff)
        me = await caller.get("/api/me")
        if me is None or me["facility"] is None:
            continue
        home = me["facility"]
        need = dice.choice(_NEEDS)
        near = sorted(places, key=lambda p: abs(p["lon"] - home["lon"]) + abs(p["lat"] - home["lat"]))[:4]
        body: dict[str, object] = {
            "need": need,
            "pickup": home["id"],
            "dropoff": dice.choice(near)["id"],
            "contact": {"phone": f"+62 811-0000-{dice.randrange(1000, 9999)}", "name": "Keluarga Contoh"},
            "note": "Permintaan simulasi",
        }
        if need == "body":
            body["patient"] = {"living": False, "death": "natural"}
            body["dropoff"] = {
                "lon": home["lon"] + 0.012,
                "lat": home["lat"] - 0.009,
                "name": "Rumah keluarga (contoh)",
            }
        await caller.post("/api/requests", body)
