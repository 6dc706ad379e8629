"""The faces' pages, the family's page, and health."""

from pathlib import Path
from typing import Annotated, Literal

from dispatch.desk.tracking import Track
from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from dispatch.desk.ports import NotFoundError, StoreUnavailableError
from web.auth import same_origin
from web.context import TheHouse
from web.errors import NO_DATABASE, Problem

router = APIRouter(include_in_schema=False)
DIST = Path(__file__).parents[1] / "static" / "dist"
_templates = Jinja2Templates(Path(__file__).parents[1] / "templates")


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
    try:
        shown = await house.desk.track(track_token)
    except NotFoundError:
        return _track_page(request, None, track_token, status=404)
    return _track_page(request, shown, track_token)


@router.post("/t/{track_token}", name="answer")
async def answer(
    request: Request, track_token: str, house: TheHouse, said: Annotated[Literal["no_longer_needed", "left"], Form()]
) -> Response:
    """The family's word; the link itself is the permission, and works without scripts."""
    if not same_origin(request):
        raise Problem(403, "other_origin", "Permintaan ini datang dari halaman lain.")
    await house.desk.family_said(track_token, said)
    return RedirectResponse(request.url_for("track", track_token=track_token), status_code=303)


def _track_page(request: Request, shown: Track | None, track_token: str, status: int = 200) -> HTMLResponse:
    # "no-referrer" would take the origin from the page's own answers too, by which they are known for its own.
    headers = {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
    body = {"track": shown, "track_token": track_token}
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
