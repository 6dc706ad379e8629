"""Every setting with its default and its help: environment JEMPUT_*, a .env file, or jemput.toml."""

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from dispatch.vocabulary.vehicle_classes import VehicleClass
from geo.osm.access import MODES

_ROLES = frozenset({"police", "operator", "health_officer"})
_RECIPIENTS = _ROLES | {"agency", "facility", "driver", "base", "owner", "person"}
# Width and height in metres, and mass in tonnes.
_Size = tuple[float, float] | tuple[float, float, float]
_NAMED = "agency:ID, facility:ID, driver:VEHICLE, base:VEHICLE, owner:VEHICLE, person:ID"


class Settings(BaseSettings):
    """The settings of one server; `jemput settings` lists them."""

    model_config = SettingsConfigDict(
        env_prefix="JEMPUT_", env_file=".env", toml_file="jemput.toml", extra="ignore", frozen=True
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(default=Path("data"), description="Folder below which everything kept lies.")
    database_url: str = Field(default="", description="sqlite:///FILE; empty: jemput.sqlite3 in the data folder.")
    redis_url: str = Field(
        default="", description="redis://HOST:PORT of Redis or Valkey for several processes; empty: memory."
    )
    roads: str = Field(default="", description="Road network file made by jemput roads build; empty: straight lines.")
    sop_dir: str = Field(
        default="", description="Folder of SOP packs (*.toml); empty: the sample packs of the package."
    )
    scenario_dir: str = Field(
        default="", description="Folder of scenarios that drafts are tested with; empty: those of the package."
    )
    traffic: str = Field(
        default="", description="TOML of the hours of the week and their factors (docs/roads.md); empty: an estimate."
    )
    vehicle_sizes: dict[str, _Size] = Field(
        default={},
        description="Kind of trip (car, siren, hearse) or class of vehicle to [width, height] in metres, or with "
        "tonnes [width, height, mass], as JSON, for jemput roads build (docs/roads.md); empty: an estimate.",
    )
    areas: str = Field(
        default="",
        description="GeoJSON of the agencies' areas (properties area, region, province); empty: the sample region's.",
    )
    geocoder_url: str = Field(
        default="",
        description="Nominatim server asked on a button when the own index finds too little; empty: none is.",
    )
    timezone: str = Field(
        default="Asia/Jakarta", description="Time zone of the region, for hours in SOPs and on screens."
    )
    public_url: str = Field(
        default="", description="Address of this service as people open it, for links in messages; empty: none."
    )
    tell_phone_url: str = Field(
        default="", description="Gateway for phone numbers, an apprise URL with {phone}; empty: click-to-chat links."
    )
    tell_urls: dict[str, str] = Field(
        default={}, description="Recipient to apprise URL or phone number, as JSON; see docs/messages.md."
    )

    @field_validator("vehicle_sizes")
    @classmethod
    def _sizes_of_trips(cls, value: dict[str, _Size]) -> dict[str, _Size]:
        known = (*MODES, *VehicleClass)
        metres = [one for size in value.values() for one in size[:2]]
        tonnes = [one for size in value.values() for one in size[2:]]
        if not set(value) <= set(known) or not all(0.3 <= m <= 5.0 for m in metres):
            raise ValueError(f"sizes are of {', '.join(known)}, each [width, height] from 0.3 to 5 metres")
        if not all(0.1 <= t <= 40.0 for t in tonnes):
            raise ValueError("the third number of a size is its mass, from 0.1 to 40 tonnes")
        return value

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("the public address begins with https://")
        return value.rstrip("/")

    @field_validator("geocoder_url")
    @classmethod
    def _a_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("https", "http") or not parts.netloc or parts.query or parts.fragment):
            raise ValueError("the Nominatim server is an address such as https://nominatim.openstreetmap.org")
        return value.rstrip("/")

    @field_validator("tell_phone_url")
    @classmethod
    def _with_phone(cls, value: str) -> str:
        if value and "{phone}" not in value:
            raise ValueError("the gateway for phone numbers needs {phone} where the number goes")
        return value

    @field_validator("tell_urls")
    @classmethod
    def _known_recipients(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            kind, _, which = name.partition(":")
            if kind not in _RECIPIENTS or (kind in _ROLES) == bool(which):
                raise ValueError(f"{name!r} is no recipient: take one of {', '.join(sorted(_ROLES))}, or {_NAMED}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is no time zone: take a name such as Asia/Jakarta") from None
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.timezone)

    @property
    def database_path(self) -> Path:
        """The SQLite file. Raises ValueError for another kind of address."""
        if not self.database_url:
            return self.data_dir / "jemput.sqlite3"
        kind, separator, path = self.database_url.partition(":///")
        if kind != "sqlite" or not separator or not path:
            raise ValueError("JEMPUT_DATABASE_URL takes sqlite:///FILE; PostgreSQL comes in a later version")
        return Path(path)

    @property
    def scenario_path(self) -> Path:
        """The folder of scenarios."""
        return Path(self.scenario_dir) if self.scenario_dir else Path(__file__).parent / "scenarios"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given beats the environment, that beats .env, that beats jemput.toml."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)


def settings_table() -> list[tuple[str, str, str]]:
    """Every setting as (environment name, default, help)."""
    return [
        (f"JEMPUT_{name.upper()}", str(field.default), str(field.description))
        for name, field in Settings.model_fields.items()
    ]
