"""Errors as problem+json: a code for programs, an Indonesian title for people, never a stack trace."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dispatch.desk.ports import LostRaceError, NotFoundError, StoreUnavailableError
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.words.sentences import refusal_title


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        facts: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.title = status, code, title
        self.facts, self.headers = facts or {}, headers


def refused(refusal: Refusal) -> Problem:
    """A refusal by the domain as a 409."""
    return Problem(409, refusal.code, refusal_title(refusal), dict(refusal.facts))


def not_found() -> Problem:
    """An unknown id, or one that is none of the caller's business: both look the same."""
    return Problem(404, "not_found", "Data ini tidak ditemukan. Periksa lagi tautannya.")


NO_DATABASE = (
    "Data sedang tidak dapat disimpan. Coba lagi sebentar; bila mendesak, telepon operator.",
    {"Retry-After": "5"},
)
_TITLES = {
    401: ("signed_out", "Silakan masuk lebih dahulu."),
    403: ("not_allowed", "Peran Anda tidak mencakup tindakan ini."),
    404: ("not_found", "Halaman atau data ini tidak ditemukan."),
    405: ("method_not_allowed", "Cara memanggil alamat ini keliru."),
    413: ("too_large", "Kiriman terlalu besar. Kirim dalam beberapa bagian."),
}


def problem_response(problem: Problem) -> JSONResponse:
    """The problem as an answer."""
    body = {
        "type": "about:blank",
        "status": problem.status,
        "code": problem.code,
        "title": problem.title,
        "facts": problem.facts,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Let every error of the app leave as problem+json."""

    @app.exception_handler(Problem)
    async def on_problem(_: Request, error: Problem) -> JSONResponse:
        return problem_response(error)

    @app.exception_handler(NotFoundError)
    async def on_not_found(_: Request, __: NotFoundError) -> JSONResponse:
        return problem_response(not_found())

    @app.exception_handler(LostRaceError)
    async def on_lost_race(_: Request, __: LostRaceError) -> JSONResponse:
        return problem_response(refused(Refusal(RefusalCode.SOMEBODY_WAS_FIRST)))

    @app.exception_handler(StoreUnavailableError)
    async def on_no_database(_: Request, __: StoreUnavailableError) -> JSONResponse:
        title, headers = NO_DATABASE
        return problem_response(Problem(503, "no_database", title, headers=headers))

    @app.exception_handler(Exception)
    async def on_bug(_: Request, __: Exception) -> JSONResponse:
        # The server logs it with its trace; the caller is told only what to do.
        return problem_response(
            Problem(500, "bug", "Ada gangguan di sisi kami. Coba lagi; bila mendesak, telepon operator.")
        )

    @app.exception_handler(HTTPException)
    async def on_http(_: Request, error: HTTPException) -> JSONResponse:
        code, title = _TITLES.get(error.status_code, ("error", "Permintaan ini belum dapat dijalankan."))
        headers = dict(error.headers) if error.headers else None
        return problem_response(Problem(error.status_code, code, title, headers=headers))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # The values themselves stay out: they may be personal.
        fields = [
            {"field": ".".join(str(part) for part in entry["loc"]), "message": entry["msg"]}
            for entry in error.errors()[:20]
        ]
        title = "Isian belum lengkap atau belum benar. Periksa lagi bagian yang disebut."
        return problem_response(Problem(422, "invalid", title, {"fields": fields}))
