"""Schemathesis over the server's own schema: no call that it describes breaks it, whoever may make it."""

import os
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from dispatch.domain.people import Person
from dispatch.vocabulary.roles import Permission, may
from tests.people import BUDI, DINA, OPI
from tests.web.conftest import ADMIN, TRACKER, Service, secret
from web.auth import ROUTES

# The same calls in every run; `JEMPUT_TEST_SOAK=1` tries others, and many more.
SOAK = bool(os.environ.get("JEMPUT_TEST_SOAK"))
EXAMPLES = 200 if SOAK else 12
CALLERS = (OPI, DINA, ADMIN, BUDI, TRACKER)


def caller(method: str, path: str) -> Person:
    """Somebody whom the table lets through to what lies behind."""
    needed = ROUTES[method.upper(), path] or Permission.SIGN_IN
    return next(person for person in CALLERS if may(person.role, needed))


def there(service: Service) -> dict[str, str]:
    """Path parameters of things that are there, so that calls get past "unknown"."""
    with service.client(OPI) as operator, service.client(DINA) as officer:
        body = {"need": "body", "pickup": "puskesmas-cikokol", "contact": {"phone": "+628110000001"}}
        asked = operator.post("/api/requests", json=body, headers={"Idempotency-Key": "soak"})
        drafted = officer.post("/api/sop/kota-tangerang/drafts", json={}, headers={"Idempotency-Key": "soak"})
        point = {"type": "Point", "coordinates": [106.628, -6.2001]}
        shut = operator.post("/api/closures", json={"reason": "flood", "shape": point})
    assert (asked.status_code, drafted.status_code, shut.status_code) == (201, 201, 201)
    made = {"request_id": asked, "draft_id": drafted, "closure_id": shut}
    return {"agency": "kota-tangerang", **{name: answer.json()["id"] for name, answer in made.items()}}


def try_calls(operation: Any, known: dict[str, str]) -> None:
    """Many calls of one operation, about things that are there and about others."""
    headers = {"Authorization": f"Bearer {secret(caller(operation.method, operation.path))}"}

    @settings(
        max_examples=min(EXAMPLES, 4) if operation.path.endswith("/test") else EXAMPLES,  # it plays every scenario
        derandomize=not SOAK,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), real=st.booleans(), fresh=st.sampled_from([True, True, True, False]))
    def call(case: schemathesis.Case[Any], real: bool, fresh: bool) -> None:
        if real and case.path_parameters:
            case.path_parameters.update({k: v for k, v in known.items() if k in case.path_parameters})
        if fresh:  # else the server would know most of the keys from the calls before
            case.headers["Idempotency-Key"] = str(uuid4())
        case.call_and_validate(headers=headers, checks=[not_a_server_error], timeout=240)  # a busy machine is no fault

    call()


@pytest.mark.alone
def test_no_call_of_the_schema_breaks_the_server(service: Service) -> None:
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    known = there(service)
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path == "/api/session":
            continue  # would end or swap the very session
        if operation.method.upper() == "DELETE":
            continue  # would end the draft that the calls after it work on
        try_calls(operation, known)
        tried += 1
    assert tried > 25
