"""Runs the demo's drivers and callers against a server: tokens come in as a line of JSON, the end of input ends it."""

import asyncio
import contextlib
import json
import logging
import random
import sys

import httpx

from dispatch.sim.demo.callers import call_now_and_then
from dispatch.sim.demo.client import Client
from dispatch.sim.demo.drivers import Driver

_QUICK, _SLOW = (2.0, 8.0), (25.0, 35.0)


async def main(address: str, tokens: dict[str, dict[str, str]]) -> None:
    """Drive and call until cancelled. `tokens`: drivers, staff and operator, each person's id to a token.

    The drivers in `slow` wait long before they answer, so that a visitor can answer in the browser first.
    """
    dice = random.Random(2019)  # noqa: S311 - a demo, no secret
    limits = httpx.Limits(max_connections=40)
    async with httpx.AsyncClient(base_url=address, timeout=30.0, limits=limits) as http:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if (await http.get("/healthz")).is_success:
                    break
            await asyncio.sleep(0.3)
        url = address.replace("http", "ws", 1) + "/live"
        async with asyncio.TaskGroup() as group:
            for person, token in tokens["drivers"].items():
                patience_s = _SLOW if person in tokens.get("slow", {}) else _QUICK
                driver = Driver(Client(http, token), url, random.Random(person), patience_s)  # noqa: S311
                group.create_task(driver.run())
            staff = [Client(http, token) for token in tokens["staff"].values()]
            operator = next(iter(tokens["operator"].values()))
            group.create_task(call_now_and_then(staff, Client(http, operator), dice))


async def until_end_of_input(address: str, tokens: dict[str, dict[str, str]]) -> None:
    """Run the simulation until whoever started it closes its standard input, or is gone."""
    task = asyncio.create_task(main(address, tokens))
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
    await asyncio.wait({task})


if __name__ == "__main__":
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(until_end_of_input(sys.argv[1], json.loads(sys.stdin.readline())))
