"""Every address that the documentation shows can be read."""

import json
import re
import tomllib
from pathlib import Path

from dispatch.settings import Settings
from dispatch.tell.gateway import PHONES, Gateways

TEXT = (Path(__file__).parents[3] / "docs" / "messages.md").read_text("utf-8")


def test_every_gateway_for_phones_that_the_page_shows_is_one() -> None:
    shown = re.findall(r'^JEMPUT_TELL_PHONE_URL="(.+)"$', TEXT, re.MULTILINE)
    assert len(shown) >= 4
    for url in shown:
        gateways = Gateways(Settings(tell_phone_url=url).tell_phone_url, {})
        assert gateways.problems == [], url
        route = gateways.find_route(("contact:P-1",), "+62 811-0000-0001")
        assert route is not None
        assert route.gateway == PHONES
        assert "6281100000001" in route.url


def test_every_address_of_an_office_that_the_page_shows_is_one() -> None:
    (table,) = re.findall(r"^JEMPUT_TELL_URLS='(.+?)'$", TEXT, re.MULTILINE | re.DOTALL)
    (toml,) = re.findall(r"```toml\n(.+?)```", TEXT, re.DOTALL)
    for urls in (Settings(tell_urls=json.loads(table)).tell_urls, Settings(**tomllib.loads(toml)).tell_urls):
        gateways = Gateways("", urls)
        assert gateways.problems == []
        assert gateways.find_route(("police",), None) is None
        assert gateways.phone_of(("police",)) == "110"
        assert gateways.find_route(("operator",), None) is not None


def test_an_owner_without_an_address_is_told_at_its_agencys() -> None:
    gateways = Gateways("", {"agency:dkm": "json://dkm.example/x"})
    route = gateways.find_route(("owner:H3", "agency:dkm"), None)
    assert route is not None
    assert route.gateway == "agency:dkm"


def test_a_landline_gets_no_text_through_the_gateway_for_phones() -> None:
    gateways = Gateways("json://sms.example/{phone}", {})
    assert gateways.find_route(("facility:puskesmas",), "(021) 555-0001") is None
    assert gateways.find_route(("facility:puskesmas",), "0811 0000 0001") is not None
    assert gateways.find_route(("contact:P-1",), None) is None
