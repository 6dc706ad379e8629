"""Errors as problem+json: a code for programs, a title for people, never a stack trace."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dispatch.desk.ports import LostRaceError, NotFoundError, StoreUnavailableError
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.words.refusals import refusal_title
from dispatch.words.tables import phrase

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
    title = refusal_title(problem.refusal, lang) if problem.refusal else phrase(lang, "problems.title", problem.code)
    body = {
        "type": "about:blank",
        "status": problem.status,
        "code": "invalid" if problem.code.startswith("invalid") else _CODES.get(problem.code, problem.code),
        "title": title,
        "facts": problem.facts,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


async def _answer(problem_of: Callable[[Any], Problem], request: Request, error: Exception) -> JSONResponse:
    asked = request.query_params.get("lang")
    return problem_response(problem_of(error), Lang.EN if asked == Lang.EN else Lang.ID)


def _of_http(error: HTTPException) -> Problem:
    if error.status_code == 400:  # a body that no reader could parse to its end
        return Problem(422, "invalid", {"fields": [{"field": "body", "message": "The body cannot be read"}]})
    headers = dict(error.headers) if error.headers else None
    return Problem(error.status_code, _BY_STATUS.get(error.status_code, "error"), headers=headers)


def _of_fields(error: RequestValidationError) -> Problem:
    """What is wrong with which field; the values themselves stay out: they may be personal."""
    fields = [{"field": ".".join(map(str, entry["loc"])), "message": entry["msg"]} for entry in error.errors()[:20]]
    return Problem(422, "invalid", {"fields": fields})


_PROBLEMS: Mapping[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda error: error,
    NotFoundError: lambda _: not_found(),
    LostRaceError: lambda _: refused(Refusal(RefusalCode.SOMEBODY_WAS_FIRST)),
    StoreUnavailableError: lambda _: no_database(),
    HTTPException: _of_http,
    RequestValidationError: _of_fields,
    # The server logs a fault of its own with its trace; the caller is told only what to do.
    Exception: lambda _: Problem(500, "bug"),
}


def install(app: FastAPI) -> None:
    """Let every error of the app leave as problem+json."""
    for kind, problem_of in _PROBLEMS.items():
        app.add_exception_handler(kind, partial(_answer, problem_of))
