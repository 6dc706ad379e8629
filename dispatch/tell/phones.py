"""Phone numbers as gateways and links want them."""

import re
from urllib.parse import quote

_COUNTRY = "62"  # Indonesia: a number that begins with 0 is one of this country's
_SHORT = 6  # 110, 112, 119, 14045: service numbers, for calls alone
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{1,20}")


def is_phone(text: str) -> bool:
    """Whether this is written as a phone number."""
    return _PHONE.fullmatch(text) is not None


def digits_of(phone: str) -> str:
    """The digits of a number with its country and without +; a service number stays as it is."""
    digits = re.sub(r"[^0-9]", "", phone)
    home = digits.removeprefix(_COUNTRY)
    return _COUNTRY + home.lstrip("0") if home.startswith("0") else digits


def takes_text(phone: str) -> bool:
    """Whether a text reaches this number: a service number or an Indonesian landline can only be called."""
    digits = digits_of(phone)
    return len(digits) > _SHORT and (not digits.startswith(_COUNTRY) or digits.startswith(f"{_COUNTRY}8"))


def call_url(phone: str) -> str:
    """A link that calls the number with one tap."""
    digits = digits_of(phone)
    return f"tel:{digits}" if len(digits) <= _SHORT else f"tel:+{digits}"


def chat_url(phone: str, text: str) -> str | None:
    """A link that opens a chat with the text written already, or None for a number that takes none."""
    return f"https://wa.me/{digits_of(phone)}?text={quote(text, safe='')}" if takes_text(phone) else None
