"""Errors as problem+json: a code for programs, a title for people, never a stack trace."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dispatch.desk.ports import LostRaceError, NotFoundError, StoreUnavailableError
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.words.refusals import problem_title, refusal_title

_BY_STATUS = {401: "signed_out", 403: "not_allowed", 404: "no_page", 405: "method_not_allowed", 413: "too_large"}
# What is one code for programs may be said to people in several ways.
_CODES = {"no_page": "not_found", "demo_only": "not_found", "not_assigning": "not_allowed"}


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is an error; what `code` says to people is in dispatch/words."""

    def __init__(
        self,
        status: int,
        code: str,
        facts: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.refusal = status, code, refusal
        self.facts, self.headers = facts or {}, headers


def refused(refusal: Refusal) -> Problem:
    """A refusal by the domain as a 409."""
    return Problem(409, refusal.code.value, dict(refusal.facts), refusal=refusal)


def not_found() -> Problem:
    """An unknown id, or one that is none of the caller's business: both look the same."""
    return Problem(404, "not_found")


def no_database() -> Problem:
    """Nothing can be kept now."""
    return Problem(503, "no_database", headers={"Retry-After": "5"})


def problem_response(problem: Problem, lang: Lang = Lang.ID) -> JSONResponse:
    """The problem as an answer."""
    title = refusal_title(problem.refusal, lang) if problem.refusal else problem_title(problem.code, lang)
    body = {
        "type": "about:blank",
        "status": problem.status,
        "code": "invalid" if problem.code.startswith("invalid") else _CODES.get(problem.code, problem.code),
        "title": title,
        "facts": problem.facts,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


def _answer(request: Request, problem: Problem) -> JSONResponse:
    asked = request.query_params.get("lang")
    return problem_response(problem, Lang.EN if asked == Lang.EN else Lang.ID)


def install(app: FastAPI) -> None:
    """Let every error of the app leave as problem+json."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> JSONResponse:
        return _answer(request, error)

    @app.exception_handler(NotFoundError)
    async def on_not_found(request: Request, _: NotFoundError) -> JSONResponse:
        return _answer(request, not_found())

    @app.exception_handler(LostRaceError)
    async def on_lost_race(request: Request, _: LostRaceError) -> JSONResponse:
        return _answer(request, refused(Refusal(RefusalCode.SOMEBODY_WAS_FIRST)))

    @app.exception_handler(StoreUnavailableError)
    async def on_no_database(request: Request, _: StoreUnavailableError) -> JSONResponse:
        return _answer(request, no_database())

    @app.exception_handler(Exception)
    async def on_bug(request: Request, _: Exception) -> JSONResponse:
        # The server logs it with its trace; the caller is told only what to do.
        return _answer(request, Problem(500, "bug"))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return _answer(request, Problem(error.status_code, _BY_STATUS.get(error.status_code, "error"), headers=headers))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # The values themselves stay out: they may be personal.
        fields = [
            {"field": ".".join(str(part) for part in entry["loc"]), "message": entry["msg"]}
            for entry in error.errors()[:20]
        ]
        return _answer(request, Problem(422, "invalid", {"fields": fields}))
