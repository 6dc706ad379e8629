"""Numbers as people write them, and the links that they become."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.tell.phones import call_url, chat_url, digits_of, is_phone, takes_text


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("+62 811-0000-0001", "6281100000001"),
        ("+62 0811-0000-0001", "6281100000001"),
        ("0811 0000 0001", "6281100000001"),
        ("62811 0000 0001", "6281100000001"),
        ("(021) 555-0001", "62215550001"),
        ("+65 8000 0001", "6580000001"),
        ("110", "110"),
        ("14045", "14045"),
    ],
)
def test_a_number_becomes_digits_with_its_country(phone: str, digits: str) -> None:
    assert digits_of(phone) == digits


@pytest.mark.parametrize(
    ("phone", "takes"), [("0811 0000 0001", True), ("+65 8000 0001", True), ("021 555 0001", False), ("110", False)]
)
def test_a_text_goes_to_mobile_numbers_alone(phone: str, *, takes: bool) -> None:
    assert takes_text(phone) is takes
    assert (chat_url(phone, "Halo") is not None) is takes


def test_a_service_number_is_called_as_it_is() -> None:
    assert call_url("110") == "tel:110"
    assert call_url("0811 0000 0001") == "tel:+6281100000001"


@given(st.text(min_size=1))
def test_the_text_of_a_chat_link_comes_out_as_it_was_put_in(text: str) -> None:
    link = urlsplit(chat_url("0811 0000 0001", text.encode("utf-8", "replace").decode()) or "")
    assert (link.scheme, link.netloc, link.path) == ("https", "wa.me", "/6281100000001")
    assert parse_qs(link.query, keep_blank_values=True)["text"] == [text.encode("utf-8", "replace").decode()]


def test_an_address_is_no_phone_number() -> None:
    assert is_phone("+62 811-0000-0001")
    assert is_phone("110")
    assert not is_phone("tgram://token/1")
