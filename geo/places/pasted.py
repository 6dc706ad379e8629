"""Reading a position from what people paste: coordinates, `geo:` URIs and links of map services."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from geo.point import Bounds, Point

# West, south, east, north in degrees of the country (BIG: 6°04'30" N to 11°00'36" S, 94°58'21" E to 141°01'10" E).
INDONESIA: Bounds = (94.9, -11.1, 141.1, 6.1)


class Trouble(StrEnum):
    """Why something that is meant to be a position is none."""

    SHORT_LINK = "short_link"
    LINK_WITHOUT_POINT = "link_without_point"
    NO_PLACE_ON_EARTH = "no_place_on_earth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """A position, or why there is none. `swapped`: the longitude was written first; `name`: what the link calls it."""

    point: Point | None = None
    name: str = ""
    swapped: bool = False
    trouble: Trouble | None = None


_NUMBER = r"[+-]?\d{1,3}(?:[.,]\d+)?"
_DEGREE = "[°º˚d]|deg|derajat"
_SIDE = r"LU|LS|BT|BB|[NSEWUTB]"
_MINUTES = r"""(?:\s*(?P<m#>\d{1,2}(?:[.,]\d+)?)\s*')?(?:\s*(?P<s#>\d{1,2}(?:[.,]\d+)?)\s*")?"""
_ANGLE = rf"(?:(?P<before#>{_SIDE})\s*)?(?P<d#>{_NUMBER})\s*(?:{_DEGREE})?{_MINUTES}\s*(?P<after#>{_SIDE})?"
_BETWEEN = r"(?:\s*[,;/|]\s*|\s+|(?<=[NSEWUTB]))"
_PAIR = re.compile(rf"\(?\s*{_ANGLE.replace('#', '1')}{_BETWEEN}{_ANGLE.replace('#', '2')}\s*\)?", re.IGNORECASE)
_LABELLED = re.compile(r"\b(lat(?:itude)?|lintang|lng|lon(?:g(?:itude)?)?|bujur)\b\s*[:=]?", re.IGNORECASE)
_SIGNS = str.maketrans(
    {"′": "'", "’": "'", "‘": "'", "´": "'", "`": "'", "″": '"', "”": '"', "“": '"', "−": "-", "–": "-"}
)
# Hemisphere to whether it is a latitude, and its sign; Indonesian: lintang utara/selatan, bujur timur/barat.
_SIDES = {
    "N": (True, 1), "LU": (True, 1), "U": (True, 1), "S": (True, -1), "LS": (True, -1),
    "E": (False, 1), "BT": (False, 1), "T": (False, 1), "W": (False, -1), "BB": (False, -1), "B": (False, -1),
}  # fmt: skip
_LINK = re.compile(
    r"(?:https?://|geo:|waze://|comgooglemaps://)\S+|(?:www\.)?[a-z0-9.-]+\.[a-z]{2,}/\S+", re.IGNORECASE
)
_SHORT = re.compile(
    r"^(?:maps\.app\.goo\.gl|goo\.gl|g\.co|maps\.apple|bit\.ly|s\.id|tinyurl\.com|t\.ly|is\.gd|wa\.me)$"
    r"|^(?:www\.)?(?:osm\.org|openstreetmap\.org)/go/|^(?:www\.)?waze\.com/ul/",
    re.IGNORECASE,
)
_TWO = r"(-?\d{1,3}(?:\.\d+)?)"
# The place of a Google link stands in its data, the middle of the screen after the @: the place is meant.
_IN_PATH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d{_TWO}!4d{_TWO}",
        rf"/(?:search|place|dir/[^/]*)/{_TWO},\s*{_TWO}(?=/|$)",
        rf"/@{_TWO},{_TWO}",
        rf"map=\d+(?:\.\d+)?/{_TWO}/{_TWO}",
    )
)
_IN_QUERY = ("q", "query", "ll", "coordinate", "center", "daddr", "destination", "sll", "to", "navigate", "cp")
_PAIR_IN_QUERY = re.compile(rf"^(?:loc:|ll\.)?\s*{_TWO}\s*[,~ ]\s*{_TWO}(?:\s*\((?P<name>[^)]*)\)?)?")


def read_pasted(text: str, region: Bounds = INDONESIA) -> Pasted | None:
    """What a text says of a position, or None where it is neither coordinates nor a link.

    Two plain numbers are latitude and longitude, as all map services write them, unless only the other order lies
    within `region` or Indonesia, or makes a place on Earth.
    """
    plain = text.translate(_SIGNS).strip()
    link = _LINK.search(plain)
    if link is not None:
        return _of_link(link[0].rstrip(").,;>\"'"), region)
    plain = plain.replace("''", '"')
    labels = [found[1].lower() for found in _LABELLED.finditer(plain)]
    pair = _PAIR.fullmatch(re.sub(r"\s+", " ", _LABELLED.sub(" ", plain)).strip(" .,;"))
    if pair is None:
        return None
    first, second = (_angle(pair, number) for number in (1, 2))
    if first[1] is second[1] is None and not labels and not re.search(r"\d[.,]\d|[°º˚']", pair[0]):
        return None  # `3 5` may be a house
    if labels and labels[0].startswith(("lon", "lng", "buj")) and first[1] is None:
        return _checked(second[0], first[0])
    return _in_order(first, second, region)


def _angle(pair: re.Match[str], number: int) -> tuple[float, bool | None]:
    """Degrees, and whether they are a latitude (None: not said)."""

    def part(name: str) -> float:
        return float((pair[f"{name}{number}"] or "0").replace(",", "."))

    whole = part("d")
    degrees = abs(whole) + part("m") / 60 + part("s") / 3600
    sign = -1 if str(pair[f"d{number}"]).startswith("-") else 1
    side = (pair[f"before{number}"] or pair[f"after{number}"] or "").upper()
    is_lat, towards = _SIDES.get(side, (None, sign))
    return degrees * towards, is_lat


def _in_order(first: tuple[float, bool | None], second: tuple[float, bool | None], region: Bounds) -> Pasted:
    (one, one_is_lat), (two, two_is_lat) = first, second
    if one_is_lat is two_is_lat is None:
        return _plain(one, two, region)
    if one_is_lat is two_is_lat:
        return Pasted(trouble=Trouble.NO_PLACE_ON_EARTH)
    return _checked(two, one) if one_is_lat is False or two_is_lat is True else _checked(one, two)


def _plain(lat: float, lon: float, region: Bounds) -> Pasted:
    """Two numbers of which nothing but their size says which is which."""
    for west, south, east, north in (region, INDONESIA, (-180.0, -90.0, 180.0, 90.0)):
        if west <= lon <= east and south <= lat <= north:
            return _checked(lat, lon)
        if west <= lat <= east and south <= lon <= north:
            return _checked(lon, lat, swapped=True)
    return Pasted(trouble=Trouble.NO_PLACE_ON_EARTH)


def _checked(lat: float, lon: float, *, name: str = "", swapped: bool = False) -> Pasted:
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return Pasted(trouble=Trouble.NO_PLACE_ON_EARTH)
    return Pasted(point=Point(lon=round(lon, 7), lat=round(lat, 7)), name=name, swapped=swapped)


def _of_link(link: str, region: Bounds) -> Pasted:
    if link.lower().startswith("geo:"):
        return _of_geo(link[4:])
    url = urlsplit(link if "://" in link else f"https://{link}")
    for lat, lon, name in _pairs(url.path, url.query, url.fragment):
        found = _plain(lat, lon, region)
        return replace(found, name=name) if found.point else found
    host = url.netloc.lower()
    short = _SHORT.search(host) or _SHORT.search(f"{host}{url.path}")
    return Pasted(trouble=Trouble.SHORT_LINK if short else Trouble.LINK_WITHOUT_POINT)


def _pairs(path: str, query: str, fragment: str) -> Iterator[tuple[float, float, str]]:
    """Every latitude and longitude of a link, the one that it is about first."""
    asked = parse_qs(query)
    data = _IN_PATH[0].findall(unquote(path))
    if data:
        # A way has the data of all its stops: the last is its end.
        yield float(data[-1][0]), float(data[-1][1]), _name_in(path)
    if "mlat" in asked and "mlon" in asked:
        yield from _numbers(f"{asked['mlat'][0]},{asked['mlon'][0]}")
    for key in _IN_QUERY:
        for value in asked.get(key, []):
            yield from _numbers(value)
    for pattern in _IN_PATH[1:]:
        for part in (unquote(path).replace("+", ""), unquote(fragment)):
            if found := pattern.search(part):
                yield float(found[1]), float(found[2]), _name_in(path)


def _numbers(value: str) -> Iterator[tuple[float, float, str]]:
    if found := _PAIR_IN_QUERY.match(value.strip()):
        yield float(found[1]), float(found[2]), " ".join((found["name"] or "").split())


def _name_in(path: str) -> str:
    """What a Google link calls its place."""
    found = re.search(r"/place/([^/@]+)/", path)
    name = unquote(found[1].replace("+", " ")).strip() if found else ""
    return "" if _PAIR.fullmatch(name.translate(_SIGNS)) else name[:80]


def _of_geo(rest: str) -> Pasted:
    """RFC 5870, with Android's `geo:0,0?q=lat,lon(name)`."""
    place, _, query = rest.partition("?")
    for lat, lon, name in _numbers(parse_qs(query).get("q", [""])[0]):
        return _checked(lat, lon, name=name)
    for lat, lon, _ in _numbers(place.partition(";")[0]):
        if (lat, lon) != (0.0, 0.0) or not query:
            return _checked(lat, lon)
    return Pasted(trouble=Trouble.LINK_WITHOUT_POINT)
