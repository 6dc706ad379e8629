"""Errors leave as problem+json, without what was sent and without a stack trace."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.people import OPI, SITI
from tests.web.conftest import Service
from tests.web.test_requests import REQUEST

RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(REQUEST)), inner, max_size=4),
    max_leaves=8,
)


def test_a_malformed_body_is_a_problem_that_repeats_nothing_of_it(service: Service) -> None:
    with service.client(SITI) as siti:
        answer = siti.post("/api/requests", json={**REQUEST, "contact": {"phone": "rahasia-contoh"}, "need": "x-y-z"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"status", "code", "title", "facts"} <= set(answer.json())
    assert "rahasia-contoh" not in answer.text
    assert "x-y-z" not in answer.text


def test_a_body_that_is_too_large_is_refused(service: Service) -> None:
    with service.client(SITI) as siti:
        answer = siti.post("/api/suggestions", content=b"x" * 1_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=RUBBISH, part=st.sampled_from(["pickup", "dropoff", "patient", "contact", "note", "documents", "choose"]))
def test_rubbish_never_breaks_the_server(service: Service, body: object, part: str) -> None:
    with service.client(OPI) as opi:
        for sent in (body, {**REQUEST, part: body}):
            answer = opi.post("/api/requests", json=sent)
            assert answer.status_code < 500, answer.text
            assert "Traceback" not in answer.text
