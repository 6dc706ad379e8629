"""The faces' pages, the family's page, and health."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from dispatch.desk.ports import NotFoundError, StoreUnavailableError
from dispatch.desk.usecases.changes import family_said
from dispatch.desk.usecases.returning import call_back
from dispatch.reading import family
from dispatch.reading.family import FamilyView
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.request_states import FamilyWord
from dispatch.words.family import over, page_words
from web.auth import same_origin
from web.context import Spoken, TheHouse
from web.errors import Problem, no_database

router = APIRouter(include_in_schema=False)
DIST = Path(__file__).parents[1] / "static" / "dist"
_templates = Jinja2Templates(Path(__file__).parents[1] / "templates")


async def _page(name: str) -> Response:
    path = DIST / f"{name}.html"
    if not path.exists():
        raise Problem(500, "not_built")
    return FileResponse(path, media_type="text/html", headers={"Cache-Control": "no-cache"})


for _name in ("index", "masuk", "minta", "sopir", "peta", "kelola"):
    router.add_api_route(f"/{_name}".removesuffix("index"), partial(_page, _name), methods=["GET"], name=_name)


@router.get("/t/{track_token}", name="track")
async def track(request: Request, track_token: str, house: TheHouse, lang: Spoken) -> HTMLResponse:
    """The family's page: state and time, no name and no diagnosis."""
    try:
        shown = await family.view(house.unit, track_token, lang)
    except NotFoundError:
        return _track_page(request, None, track_token, lang, status=404)
    return _track_page(request, shown, track_token, lang)


@router.post("/t/{track_token}", name="answer")
async def answer(
    request: Request,
    track_token: str,
    house: TheHouse,
    said: Annotated[FamilyWord | Literal["ready"], Form()],
    ride: Annotated[str | None, Form(max_length=100)] = None,
) -> Response:
    """The family's word on a ride; the link itself is the permission, and works without scripts."""
    if not same_origin(request):
        raise Problem(403, "other_origin")
    if isinstance(said, FamilyWord):
        await family_said(house.unit, ride or track_token, said)
    else:
        asked = await house.unit.store.read(lambda books: books.requests.get_by_track(ride or track_token))
        await call_back(house.unit, asked.id, by=None)
    page = request.url_for("track", track_token=track_token)
    return RedirectResponse(page.include_query_params(**request.query_params), status_code=303)


def _track_page(
    request: Request, shown: FamilyView | None, track_token: str, lang: Lang, status: int = 200
) -> HTMLResponse:
    # "no-referrer" would take the origin from the page's own answers too, by which they are known for its own.
    headers = {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
    words = {**page_words(lang), "over": over(lang)}
    body = {"track": shown, "track_token": track_token, "words": words, "lang": lang}
    return _templates.TemplateResponse(request, "track.html", body, status_code=status, headers=headers)


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request, house: TheHouse) -> JSONResponse:
    """A real commit reaches the disk, the indexes are as they must be, and pages hear of what happens."""
    if request.app.state.hub.ended:
        raise Problem(503, "no_live")
    try:
        await house.unit.store.probe()
    except (StoreUnavailableError, NotFoundError) as error:
        raise no_database() from error
    return JSONResponse({"status": "ok", "live": await house.unit.live.is_healthy(), "roads": house.roads_kind})
