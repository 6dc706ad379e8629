"""The settings table, held against the documentation and the container files."""

import re
from pathlib import Path

import pytest
import yaml

from dispatch.settings import Settings, settings_table

ROOT = Path(__file__).parents[2]
NAMES = {name for name, _, _ in settings_table()}


@pytest.mark.parametrize(
    "name", ["Dockerfile", "docker-compose.yml", "README.md", "docs/settings.md", "docs/messages.md", "CONTRIBUTING.md"]
)
def test_a_file_names_only_settings_that_exist(name: str) -> None:
    named = set(re.findall(r"JEMPUT_[A-Z_]+", (ROOT / name).read_text("utf-8")))
    assert named <= NAMES | {"JEMPUT_TEST_REQUIRE", "JEMPUT_TEST_DATA", "JEMPUT_"}


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name, default, meaning in settings_table():
        assert f"| `{name}` | {f'`{default}`' if default else '–'} | {meaning} |" in text


def test_the_compose_file_holds_together() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    assert set(services) == {"app", "valkey", "caddy"}
    assert services["app"]["environment"]["JEMPUT_REDIS_URL"] == "redis://valkey:6379"
    port = services["app"]["environment"]["JEMPUT_PORT"]
    assert f"reverse_proxy app:{port}" in (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    for service in services.values():
        assert set(service.get("depends_on", [])) <= set(services)


def test_what_is_given_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMPUT_PORT", "9000")
    assert Settings().port == 9000
    assert Settings(port=9001).port == 9001


@pytest.mark.parametrize(
    ("name", "value"), [("JEMPUT_TIMEZONE", "Asia/Atlantis"), ("JEMPUT_PORT", "70000"), ("JEMPUT_PORT", "eight")]
)
def test_a_wrong_setting_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name.removeprefix("JEMPUT_").lower()):
        Settings()


@pytest.mark.parametrize(
    ("name", "value", "what_to_do"),
    [
        ("JEMPUT_TELL_PHONE_URL", "json://gateway.example/sms", "needs {phone}"),
        ("JEMPUT_TELL_URLS", '{"polisi": "110"}', "take one of"),
        ("JEMPUT_VEHICLE_SIZES", '{"truck": [2, 3]}', "sizes are of car, siren, hearse"),
        ("JEMPUT_VEHICLE_SIZES", '{"car": [190, 250]}', "from 0.3 to 5 metres"),
        ("JEMPUT_VEHICLE_SIZES", '{"car": [1.9, 2.5, 3500]}', "from 0.1 to 40 tonnes"),
        ("JEMPUT_TELL_URLS", '{"police:1": "110"}', "take one of"),
        ("JEMPUT_TELL_URLS", '{"agency": "110"}', "take one of"),
        ("JEMPUT_PUBLIC_URL", "jemput.example", "begins with https://"),
    ],
)
def test_a_wrong_address_for_messages_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, what_to_do: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=what_to_do):
        Settings()


def test_addresses_for_messages_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMPUT_TELL_URLS", '{"police": "110", "agency:kota-contoh": "mailto://a:b@mail.example"}')
    monkeypatch.setenv("JEMPUT_PUBLIC_URL", "https://jemput.example/")
    assert Settings().tell_urls == {"police": "110", "agency:kota-contoh": "mailto://a:b@mail.example"}
    assert Settings().public_url == "https://jemput.example"


def test_another_database_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="sqlite:///FILE"):
        Settings(database_url="postgresql://somewhere/db").database_path  # noqa: B018
