"""The SOP packs with which a scenario is played: those of the package, and those that its file brings along."""

import tomllib
from collections.abc import Collection
from functools import cache
from importlib import resources
from pathlib import Path


@cache
def package_packs() -> tuple[tuple[str, str], ...]:
    """(agency, text) of every pack of the package, every version."""
    files = sorted((resources.files("dispatch") / "packs").iterdir(), key=lambda file: file.name)
    texts = (file.read_text("utf-8") for file in files if file.name.endswith(".toml"))
    return tuple((agency_of(text), text) for text in texts)


def agency_of(text: str) -> str:
    """Whose pack a text is. Raises ValueError if it does not say so."""
    head = tomllib.loads(text).get("pack", {})
    agency = head.get("agency") if isinstance(head, dict) else None
    if not isinstance(agency, str):
        raise ValueError("a pack says [pack] agency")  # noqa: TRY004 - of the file's content, not of a Python type
    return agency


def packs_named(name: object, folder: Path, without_pack: Collection[str]) -> list[tuple[str, str]]:
    """(agency, text) of what a name in `packs` stands for: a file beside the scenario, or an agency's every version.

    Raises:
        ValueError: if there is no such pack; agencies in `without_pack` need none, for they obey the national one.
    """
    if isinstance(name, str) and name.endswith(".toml"):
        try:
            text = (folder / name).read_text("utf-8")
            return [(agency_of(text), text)]
        except (OSError, ValueError) as error:
            raise ValueError(f"the pack {name} cannot be read: {error}") from None
    known = package_packs()
    found = [(agency, text) for agency, text in known if agency == name]
    if not found and not (isinstance(name, str) and name in without_pack):
        agencies = sorted({agency for agency, _ in known})
        raise ValueError(f"no pack {name!r}: there are {', '.join(agencies)}, or a path to a file")
    return found
