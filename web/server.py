"""The service: every face and the API in one application."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Depends, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from dispatch.bootstrap import open_house
from dispatch.desk.usecases import arriving, following, timers
from dispatch.desk.usecases.vehicles import run_keeper
from dispatch.settings import Settings
from web import errors, live
from web.api import (
    areas,
    bookings,
    changes,
    closures,
    deaths,
    incidents,
    messages,
    pages,
    places,
    promises,
    requests,
    session,
    sop,
    trips,
    vehicles,
)
from web.auth import authorise, judge_table

_log = logging.getLogger("jemput")
_MOST_BYTES = 1_000_000
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), screen-wake-lock=(self)",
    # Of whoever asks, and of that moment: nothing for a browser to keep.
    "Cache-Control": "no-store",
}


def create_app(settings: Settings | None = None, *, demo: bool | None = None) -> FastAPI:
    """The application; `demo` is taken from JEMPUT_DEMO, which `jemput serve --demo` sets, unless given."""
    chosen = settings or Settings()
    is_demo = bool(os.environ.get("JEMPUT_DEMO")) if demo is None else demo

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
        async with open_house(chosen, demo=is_demo, progress=_log.info) as house:
            app.state.house = house
            app.state.hub = live.Hub(house)
            stop = asyncio.Event()
            tasks = [
                asyncio.create_task(app.state.hub.run(), name="hub"),
                asyncio.create_task(timers.run_timers(house.unit, stop), name="timers"),
                asyncio.create_task(run_keeper(house.unit, stop), name="keeper"),
                asyncio.create_task(following.run_follower(house.unit, stop), name="follower"),
                asyncio.create_task(arriving.run_arrivals(house.unit, stop), name="arrivals"),
                asyncio.create_task(house.teller.run(stop), name="teller"),
            ]
            try:
                yield
            finally:
                stop.set()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title="Jemput",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(authorise)],
    )
    errors.install(app)
    routers = (
        *(
            session.router,
            requests.router,
            bookings.router,
            deaths.router,
            changes.router,
            requests.demo,
            promises.router,
            messages.router,
        ),
        *(incidents.router, trips.router, vehicles.router, areas.router, places.router, closures.router),
        *(sop.router, sop.schema_router, pages.router),
    )
    judge_table(routers)
    for router in routers:
        app.include_router(router)
    app.add_api_websocket_route("/live", live.live)
    pages.DIST.mkdir(parents=True, exist_ok=True)
    app.mount("/static/dist", StaticFiles(directory=pages.DIST), name="dist")

    @app.middleware("http")
    async def guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        # A body without its length could be any length.
        length = request.headers.get("content-length", "" if "transfer-encoding" in request.headers else "0")
        if request.method not in ("GET", "HEAD") and (not length.isdigit() or int(length) > _MOST_BYTES):
            return errors.problem_response(errors.Problem(413, "too_large"))
        response = await call(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/static/dist/assets/"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    return app
