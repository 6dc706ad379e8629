"""Who may call what: a permission a route, opaque tokens, and the checks that every route passes through."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.domain.people import Person, Token
from dispatch.vocabulary.roles import Permission
from web.errors import Problem

COOKIE = "jemput_session"
SESSION = timedelta(days=14)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

P = Permission
# What each route asks of a role; None: anybody may call it.
ROUTES: Mapping[tuple[str, str], Permission | None] = MappingProxyType(
    {
        **{("GET", path): None for path in ("/", "/masuk", "/minta", "/sopir", "/peta", "/kelola")},
        ("GET", "/t/{track_token}"): None,
        ("POST", "/t/{track_token}"): None,
        ("GET", "/sop.schema.json"): None,
        ("GET", "/healthz"): None,
        ("GET", "/readyz"): None,
        ("POST", "/api/session"): None,
        ("GET", "/api/session/people"): None,
        ("DELETE", "/api/session"): P.SIGN_IN,
        ("GET", "/api/me"): P.SIGN_IN,
        ("GET", "/api/me/offer"): P.DRIVE,
        ("POST", "/api/me/duty"): P.DRIVE,
        ("POST", "/api/positions"): P.REPORT_POSITIONS,
        ("POST", "/api/suggestions"): P.ASK,
        ("POST", "/api/requests"): P.ASK,
        ("GET", "/api/requests"): P.SEE_REQUESTS,
        ("GET", "/api/requests/{request_id}"): P.SEE_REQUESTS,
        ("GET", "/api/requests/{request_id}/candidates"): P.SEE_REQUESTS,
        ("GET", "/api/requests/{request_id}/candidates/{vehicle_id}"): P.SEE_REQUESTS,
        ("GET", "/api/bookings"): P.SEE_REQUESTS,
        ("POST", "/api/requests/{request_id}/ready"): P.ASK,
        ("POST", "/api/requests/{request_id}/return"): P.ASK,
        ("POST", "/api/requests/{request_id}/{end}"): P.ASK,
        ("POST", "/api/requests/{request_id}/change"): P.ASK,
        ("POST", "/api/requests/{request_id}/hold"): P.ASK,
        ("POST", "/api/requests/{request_id}/note"): P.ASK,
        ("POST", "/api/requests/{request_id}/deliver"): P.ASK,
        ("POST", "/api/requests/{request_id}/mutual_aid"): P.ANSWER_FOR_AGENCY,
        ("POST", "/api/requests/{request_id}/assign"): P.ASSIGN,
        ("POST", "/api/requests/{request_id}/divert"): P.DIVERT,
        ("POST", "/api/requests/{request_id}/transfer"): P.TRANSFER,
        ("POST", "/api/requests/{request_id}/approve"): P.APPROVE,
        ("GET", "/api/deaths"): P.CONFIRM_DEATH,
        ("POST", "/api/requests/{request_id}/confirm_death"): P.CONFIRM_DEATH,
        ("GET", "/api/incidents"): P.KEEP_INCIDENTS,
        ("POST", "/api/incidents"): P.KEEP_INCIDENTS,
        ("GET", "/api/incidents/{incident_id}"): P.KEEP_INCIDENTS,
        ("POST", "/api/incidents/{incident_id}/requests"): P.KEEP_INCIDENTS,
        ("POST", "/api/incidents/{incident_id}/close"): P.KEEP_INCIDENTS,
        ("GET", "/api/promises"): P.KEEP_PROMISES,
        ("GET", "/api/promises/heirs"): P.KEEP_PROMISES,
        ("POST", "/api/promises/{promise_id}/calls"): P.KEEP_PROMISES,
        ("POST", "/api/promises/{promise_id}/close"): P.KEEP_PROMISES,
        ("POST", "/api/promises/{promise_id}/take"): P.KEEP_PROMISES,
        ("POST", "/api/promises/hand_over"): P.KEEP_PROMISES,
        ("POST", "/api/promises/stock"): P.ASK,
        ("GET", "/api/reports/promises"): P.SEE_FIGURES,
        ("GET", "/api/messages"): P.SEE_ALL_MESSAGES,
        ("GET", "/api/requests/{request_id}/messages"): P.ASK,
        ("POST", "/api/requests/{request_id}/messages/{message_id}/sent"): P.ASK,
        ("POST", "/api/assignments/{assignment_id}/delivered"): P.DRIVE,
        ("POST", "/api/assignments/{assignment_id}/correct"): P.CORRECT,
        ("POST", "/api/assignments/{assignment_id}/{step}"): P.STEP,
        ("GET", "/api/sop"): P.SEE_SOP,
        ("GET", "/api/sop/{agency}/{version}"): P.SEE_SOP,
        ("POST", "/api/sop/{agency}/drafts"): P.KEEP_SOP,
        ("GET", "/api/sop/{agency}/drafts/{draft_id}"): P.KEEP_SOP,
        ("PUT", "/api/sop/{agency}/drafts/{draft_id}"): P.KEEP_SOP,
        ("DELETE", "/api/sop/{agency}/drafts/{draft_id}"): P.KEEP_SOP,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/submit"): P.KEEP_SOP,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/approve"): P.KEEP_SOP,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/publish"): P.KEEP_SOP,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/test"): P.KEEP_SOP,
        ("POST", "/api/sop/{agency}/drafts/{draft_id}/backtest"): P.KEEP_SOP,
        ("GET", "/api/vehicles"): P.SEE_FLEET,
        ("GET", "/api/facilities"): P.LOOK_UP,
        ("GET", "/api/geocode"): P.FIND_PLACES,
        ("GET", "/api/route"): P.SEE_WAYS,
        ("GET", "/api/closures"): P.LOOK_UP,
        ("POST", "/api/closures"): P.CLOSE_ROADS,
        ("POST", "/api/closures/{closure_id}/open"): P.CLOSE_ROADS,
        ("GET", "/api/isochrone"): P.SEE_AREAS,
        ("GET", "/api/coverage"): P.SEE_COVERAGE,
        ("GET", "/style.json"): P.LOOK_UP,
        ("GET", "/tiles/{z}/{x}/{y}.mvt"): P.LOOK_UP,
        ("POST", "/api/demo/cikokol"): P.REPLAY_DEMO,
    }
)
LIVE = P.FOLLOW  # what the live connection asks of a role
KEY = "Idempotency-Key"
_DRAFT = "/api/sop/{agency}/drafts"
# The POSTs that do without the key: they keep nothing, carry one of their own (a fix its time, a draft's change the
# edit that it saw), or begin a draft, which may have one. Every other POST under /api demands it.
KEYLESS = frozenset(
    {
        *("/t/{track_token}", "/api/session", "/api/suggestions", "/api/positions", _DRAFT),
        *(f"{_DRAFT}/{{draft_id}}/{act}" for act in ("submit", "approve", "publish", "test", "backtest")),
    }
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who calls, whether by cookie (then the Origin must fit), and the digest of the token."""

    person: Person
    by_cookie: bool
    token: str


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


def find_owner(books: Books, secret: str, now: datetime) -> Person | None:
    """Whose token this is, while it lasts."""
    return owner_of(books, digest(secret), now)


def owner_of(books: Books, kept: str, now: datetime) -> Person | None:
    """Whose token is kept as this digest, while it lasts."""
    token = books.people.find_token(kept)
    lasts = token is not None and (token.expires_at is None or token.expires_at > now)
    return books.people.find(token.person_id) if token and lasts else None


async def find_signed_in(house: House, connection: HTTPConnection) -> SignedIn | None:
    """Who this connection's bearer token or cookie belongs to."""
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    cookie = connection.cookies.get(COOKIE)
    secret = bearer if scheme.lower() == "bearer" and bearer else cookie
    if not secret:
        return None
    now = house.unit.clock.now()
    person = await house.unit.store.read(lambda books: find_owner(books, secret, now))
    return SignedIn(person, secret is cookie, digest(secret)) if person else None


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser says that the call comes from one of our own pages."""
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site") in ("same-origin", "none")
    return urlsplit(origin).netloc == connection.headers.get("host")


async def authorise(connection: HTTPConnection) -> None:
    """The one check of every route: a role with its permission, and for cookies the page's own origin."""
    if connection.scope["type"] == "websocket":
        return  # /live asks who calls before it accepts
    method: str = connection.scope["method"]
    needed = ROUTES[method if method != "HEAD" else "GET", connection.scope["route"].path]
    house: House = connection.app.state.house
    signed_in = await find_signed_in(house, connection)
    if signed_in and signed_in.by_cookie and method not in _SAFE and not same_origin(connection):
        raise Problem(403, "other_origin")
    if needed is not None:
        if signed_in is None:
            raise Problem(401, "signed_out")
        if not signed_in.person.may(needed):
            raise Problem(403, "not_allowed")
    if demands_key(method, connection.scope["route"].path) and not connection.headers.get(KEY):
        raise Problem(400, "key_missing")
    connection.state.person = signed_in.person if signed_in else None


def demands_key(method: str, path: str) -> bool:
    """Whether a repeat of this call could do something twice, so that it has to name itself (`path` as in `ROUTES`)."""
    return method == "POST" and path not in KEYLESS


def judge_table(routers: Iterable[APIRouter]) -> None:
    """Every route has its row and every row its route, and whoever demands a key keeps its answers under it.

    Raises RuntimeError naming the difference.
    """
    found = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    routes = {(method, route.path) for route in found for method in route.methods or ()}
    if routes != set(ROUTES):
        raise RuntimeError(f"routes and their permissions differ: {sorted(routes ^ set(ROUTES))}")
    posts = {route.path: route for route in found if "POST" in (route.methods or ())}
    keyless = {path for path, route in posts.items() if not _needs_key(route.dependant)}
    if keyless != KEYLESS:
        raise RuntimeError(f"routes and the key that they demand differ: {sorted(keyless ^ KEYLESS)}")


def _needs_key(dependant: Dependant) -> bool:
    needed = {field.alias for field in dependant.header_params if field.field_info.is_required()}
    return KEY.lower() in needed or any(map(_needs_key, dependant.dependencies))
