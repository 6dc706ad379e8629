"""The faces' pages, the family's page, and health."""

from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.templating import Jinja2Templates

from dispatch.desk.ports import Books, NotFoundError, StoreUnavailableError
from dispatch.desk.views import RequestView, view_of
from dispatch.domain.assignment import AssignmentState
from dispatch.domain.request import ENDS, RequestState
from dispatch.words import clock_text
from web.context import TheHouse
from web.errors import NO_DATABASE, Problem

router = APIRouter(include_in_schema=False)
DIST = Path(__file__).parents[1] / "static" / "dist"
_templates = Jinja2Templates(Path(__file__).parents[1] / "templates")
_LINK_LASTS = timedelta(hours=2)
_STEPS = (
    ("Ditugaskan", (AssignmentState.ACCEPTED,)),
    ("Menuju lokasi", (AssignmentState.EN_ROUTE,)),
    ("Tiba", (AssignmentState.ON_SCENE,)),
    ("Mengantar", (AssignmentState.TRANSPORTING,)),
    ("Sampai tujuan", (AssignmentState.AT_DESTINATION, AssignmentState.CLEARED)),
)
_HEADLINES = {
    RequestState.SEARCHING: "Kami sedang menghubungi sopir terdekat",
    RequestState.AWAITING_APPROVAL: "Kami sedang meminta persetujuan agar kendaraan dapat berangkat",
    RequestState.WAITING: "Kami terus mencarikan kendaraan dan akan menelepon Anda",
    RequestState.SCHEDULED: "Penjemputan sudah dijadwalkan",
    RequestState.ASSIGNED: "Kendaraan sudah ditugaskan",
    RequestState.IN_PROGRESS: "Kendaraan sedang bertugas untuk Anda",
}


def _page(name: str) -> Response:
    path = DIST / f"{name}.html"
    if not path.exists():
        raise Problem(500, "not_built", "Halaman belum dibangun. Jalankan make setup, lalu jalankan ulang server.")
    return FileResponse(path, media_type="text/html", headers={"Cache-Control": "no-cache"})


@router.get("/")
async def index() -> Response:
    """The way to the faces."""
    return _page("index")


@router.get("/masuk")
async def masuk() -> Response:
    """Sign in."""
    return _page("masuk")


@router.get("/minta")
async def minta() -> Response:
    """Ask for a vehicle."""
    return _page("minta")


@router.get("/sopir")
async def sopir() -> Response:
    """The driver's page."""
    return _page("sopir")


@router.get("/peta")
async def peta() -> Response:
    """The operator's map."""
    return _page("peta")


@router.get("/kelola")
async def kelola() -> Response:
    """Keeping the SOP."""
    return _page("kelola")


@router.get("/t/{track_token}", name="track")
async def track(request: Request, track_token: str, house: TheHouse) -> HTMLResponse:
    """The family's page: state and time, no name and no diagnosis."""

    def look(books: Books) -> RequestView | None:
        kept = books.find_request_by_track(track_token)
        return view_of(books, kept.id) if kept else None

    view = await house.store.read(look)
    now = house.desk.clock.now()
    if view is None or (view.request.ended_at is not None and view.request.ended_at + _LINK_LASTS < now):
        over: dict[str, object] = {"headline": "Perjalanan ini sudah selesai.", "steps": [], "live": False}
        return _track_page(request, over, status=404 if view is None else 200)
    live = next(((a, arrival) for a, arrival in view.assignments if a.is_live or a.state.value == "cleared"), None)
    eta = None
    steps: list[tuple[str, bool]] = []
    if live is not None and live[0].state is not AssignmentState.OFFERED:
        stamps = live[0].stamps
        steps = [(label, any(state in stamps for state in states)) for label, states in _STEPS]
        if live[1] is not None and AssignmentState.ON_SCENE not in stamps:
            eta = clock_text(live[0].offered_at + timedelta(seconds=live[1].eta_s), house.settings.zone)
    ended = view.request.state in ENDS
    headline = "Perjalanan ini sudah selesai." if ended else _HEADLINES[view.request.state]
    due = clock_text(view.promise.due_at, house.settings.zone) if view.promise and live is None else None
    return _track_page(request, {"headline": headline, "eta": eta, "steps": steps, "live": not ended, "due": due})


def _track_page(request: Request, body: dict[str, object], status: int = 200) -> HTMLResponse:
    headers = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
    return _templates.TemplateResponse(request, "track.html", body, status_code=status, headers=headers)


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(house: TheHouse) -> JSONResponse:
    """A real commit reaches the disk and the indexes are as they must be."""
    try:
        await house.store.probe()
    except (StoreUnavailableError, NotFoundError) as error:
        title, headers = NO_DATABASE
        raise Problem(503, "no_database", title, headers=headers) from error
    return JSONResponse({"status": "ok", "live": await house.live.is_healthy(), "roads": house.roads_kind})
