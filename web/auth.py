"""Who may call what: one table of roles, opaque tokens, and the checks that every route passes through."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.domain.people import Person, Token
from dispatch.vocabulary.roles import Role
from web.errors import Problem

COOKIE = "jemput_session"
SESSION = timedelta(days=14)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

PUBLIC: frozenset[Role] = frozenset()
_ALL = frozenset({Role.STAFF, Role.DRIVER, Role.OPERATOR, Role.HEALTH_OFFICER, Role.ADMIN})
_STAFF = frozenset({Role.STAFF, Role.OPERATOR})
_WATCH = frozenset({Role.STAFF, Role.OPERATOR, Role.HEALTH_OFFICER})
_DRIVER = frozenset({Role.DRIVER})
_KEEPERS = frozenset({Role.HEALTH_OFFICER, Role.ADMIN})
_CLOSERS = frozenset({Role.OPERATOR, Role.ADMIN})
_OFFICE = frozenset({Role.OPERATOR, Role.HEALTH_OFFICER, Role.ADMIN})

ROLES: Mapping[tuple[str, str], frozenset[Role]] = MappingProxyType(
    {
        ("GET", "/"): PUBLIC,
        ("GET", "/masuk"): PUBLIC,
        ("GET", "/minta"): PUBLIC,
        ("GET", "/sopir"): PUBLIC,
        ("GET", "/peta"): PUBLIC,
        ("GET", "/kelola"): PUBLIC,
        ("GET", "/t/{track_token}"): PUBLIC,
        ("POST", "/t/{track_token}"): PUBLIC,
        ("GET", "/sop.schema.json"): PUBLIC,
        ("GET", "/healthz"): PUBLIC,
        ("GET", "/readyz"): PUBLIC,
        ("POST", "/api/session"): PUBLIC,
        ("GET", "/api/session/people"): PUBLIC,
        ("DELETE", "/api/session"): _ALL,
        ("GET", "/api/me"): _ALL,
        ("GET", "/api/me/offer"): _DRIVER,
        ("POST", "/api/me/duty"): _DRIVER,
        ("POST", "/api/positions"): frozenset({Role.DRIVER, Role.DEVICE}),
        ("POST", "/api/suggestions"): _STAFF,
        ("POST", "/api/requests"): _STAFF,
        ("GET", "/api/requests"): _WATCH,
        ("GET", "/api/requests/{request_id}"): _WATCH,
        ("GET", "/api/requests/{request_id}/candidates"): _WATCH,
        ("GET", "/api/requests/{request_id}/candidates/{vehicle_id}"): _WATCH,
        ("POST", "/api/requests/{request_id}/cancel"): _STAFF,
        ("POST", "/api/requests/{request_id}/complete"): _STAFF,
        ("POST", "/api/requests/{request_id}/duplicate"): _STAFF,
        ("POST", "/api/requests/{request_id}/unfounded"): _STAFF,
        ("POST", "/api/requests/{request_id}/hold"): _STAFF,
        ("POST", "/api/requests/{request_id}/note"): _STAFF,
        ("POST", "/api/requests/{request_id}/deliver"): _STAFF,
        ("POST", "/api/requests/{request_id}/mutual_aid"): frozenset({Role.OPERATOR}),
        ("GET", "/api/promises"): _WATCH,
        ("GET", "/api/promises/heirs"): _WATCH,
        ("POST", "/api/promises/{promise_id}/calls"): _WATCH,
        ("POST", "/api/promises/{promise_id}/close"): _WATCH,
        ("POST", "/api/promises/{promise_id}/take"): _WATCH,
        ("POST", "/api/promises/hand_over"): _WATCH,
        ("POST", "/api/promises/stock"): _STAFF,
        ("GET", "/api/reports/promises"): frozenset({Role.OPERATOR, Role.HEALTH_OFFICER}),
        ("POST", "/api/requests/{request_id}/assign"): frozenset({Role.OPERATOR, Role.HEALTH_OFFICER}),
        ("POST", "/api/requests/{request_id}/approve"): frozenset({Role.OPERATOR, Role.HEALTH_OFFICER}),
        ("GET", "/api/messages"): frozenset({Role.OPERATOR}),
        ("GET", "/api/requests/{request_id}/messages"): _STAFF,
        ("POST", "/api/requests/{request_id}/messages/{message_id}/sent"): _STAFF,
        ("POST", "/api/assignments/{assignment_id}/{step}"): frozenset({Role.DRIVER, Role.OPERATOR}),
        ("GET", "/api/sop"): _WATCH | _OFFICE,
        ("GET", "/api/sop/{agency}/{version}"): _WATCH | _OFFICE,
        ("POST", "/api/sop/{agency}/drafts"): _KEEPERS,
        ("GET", "/api/sop/{agency}/drafts/{draft_id}"): _KEEPERS,
        ("PUT", "/api/sop/{agency}/drafts/{draft_id}"): _KEEPERS,
        ("DELETE", "/api/sop/{agency}/drafts/{draft_id}"): _KEEPERS,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/submit"): _KEEPERS,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/approve"): _KEEPERS,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/publish"): _KEEPERS,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/test"): _KEEPERS,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/backtest"): _KEEPERS,
        ("GET", "/api/vehicles"): _WATCH | _OFFICE,
        ("GET", "/api/facilities"): _ALL,
        ("GET", "/api/geocode"): _WATCH | _OFFICE,
        ("GET", "/api/route"): _WATCH | _DRIVER,
        ("GET", "/api/closures"): _ALL,
        ("POST", "/api/closures"): _CLOSERS,
        ("POST", "/api/closures/{closure_id}/open"): _CLOSERS,
        ("GET", "/api/isochrone"): _WATCH,
        ("GET", "/api/coverage"): frozenset({Role.OPERATOR, Role.HEALTH_OFFICER}),
        ("GET", "/style.json"): _ALL,
        ("GET", "/tiles/{z}/{x}/{y}.mvt"): _ALL,
        ("POST", "/api/demo/cikokol"): frozenset({Role.OPERATOR}),
    }
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who calls, and whether by cookie (then the Origin must fit)."""

    person: Person
    by_cookie: bool


def digest(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_session(books: Books, person_id: str, now: datetime) -> str:
    """Make a session and return its secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    books.people.add_token(
        Token(digest=digest(secret), person_id=person_id, kind="session", created_at=now, expires_at=now + SESSION)
    )
    return secret


async def find_signed_in(house: House, connection: HTTPConnection) -> SignedIn | None:
    """Who this connection's bearer token or cookie belongs to."""
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    cookie = connection.cookies.get(COOKIE)
    secret = bearer if scheme.lower() == "bearer" and bearer else cookie
    if not secret:
        return None
    now = house.desk.clock.now()

    def find(books: Books) -> Person | None:
        token = books.people.find_token(digest(secret))
        if token is None or (token.expires_at is not None and token.expires_at <= now):
            return None
        return books.people.find(token.person_id)

    person = await house.store.read(find)
    return SignedIn(person, secret is cookie) if person else None


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser says that the call comes from one of our own pages."""
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site") in ("same-origin", "none")
    return urlsplit(origin).netloc == connection.headers.get("host")


async def authorise(connection: HTTPConnection) -> None:
    """The one check of every route: a role of the table, and for cookies the page's own origin."""
    if connection.scope["type"] == "websocket":
        return  # /live asks who calls before it accepts
    method: str = connection.scope["method"]
    allowed = ROLES[method if method != "HEAD" else "GET", connection.scope["route"].path]
    house: House = connection.app.state.house
    signed_in = await find_signed_in(house, connection)
    if signed_in and signed_in.by_cookie and method not in _SAFE and not same_origin(connection):
        raise Problem(403, "other_origin", "Permintaan ini datang dari halaman lain.")
    if allowed is not PUBLIC:
        if signed_in is None:
            raise Problem(401, "signed_out", "Silakan masuk lebih dahulu.")
        if signed_in.person.role not in allowed:
            raise Problem(403, "not_allowed", "Peran Anda tidak mencakup tindakan ini.")
    connection.state.person = signed_in.person if signed_in else None


def judge_table(routers: Iterable[APIRouter]) -> None:
    """Every route has its row and every row its route. Raises RuntimeError naming the difference."""
    found = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    routes = {(method, route.path) for route in found for method in route.methods or ()}
    if routes != set(ROLES):
        raise RuntimeError(f"routes and roles differ: {sorted(routes ^ set(ROLES))}")
