"""Schemathesis over the server's own schema: no call that it describes breaks it."""

import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tests.people import OPI
from tests.web.conftest import Service, secret

# The same calls in every run; `JEMPUT_TEST_SOAK=1` tries others, and many more.
SOAK = bool(os.environ.get("JEMPUT_TEST_SOAK"))
EXAMPLES = 200 if SOAK else 12


def test_no_call_of_the_schema_breaks_the_server(service: Service) -> None:
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    headers = {"Authorization": f"Bearer {secret(OPI)}"}
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path == "/api/session":
            continue  # would end or swap the very session

        @settings(
            max_examples=EXAMPLES,
            derandomize=not SOAK,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def call(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, checks=[not_a_server_error])

        call()
        tried += 1
    assert tried > 15
