"""Asking a Nominatim server for a place that the region's own index does not know; only ever the typed text is sent."""

import logging
import threading
from functools import lru_cache
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import URLLibAdapter
from geopy.exc import GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim

from geo.places.place import FoundKind, NamedPlace
from geo.point import Point

# The usage policy of the public server: one call a second, named by its program, and answers kept.
_APART_S = 1.0
_TIMEOUT_S = 5.0
_MOST_WAITING = 5
_KEPT = 500
OSM_SEARCH_ATTRIBUTION = "Pencarian: Nominatim, © OpenStreetMap contributors (ODbL)"


class OnlineError(Exception):
    """The server did not answer, or too many wait for it."""


class OnlinePlaces:
    """A Nominatim server at a URL such as https://nominatim.example.org; used by any number of threads."""

    def __init__(self, url: str, *, timeout_s: float = _TIMEOUT_S) -> None:
        # It logs what servers answer, which may repeat the text.
        logging.getLogger("geopy").setLevel(logging.WARNING)
        parts = urlsplit(url)
        nominatim = Nominatim(
            scheme=parts.scheme,
            domain=(parts.netloc + parts.path).rstrip("/"),
            user_agent=f"Jemput/{version('jemput')} (self-hosted ambulance dispatch)",
            timeout=timeout_s,
            # That of requests asks again by itself, and writes the address with the text into the log.
            adapter_factory=URLLibAdapter,
        )
        self._ask = RateLimiter(nominatim.geocode, min_delay_seconds=_APART_S, max_retries=0, swallow_exceptions=False)
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)
        self.find = lru_cache(maxsize=_KEPT)(self._find)

    def _find(self, text: str, limit: int = 10) -> tuple[NamedPlace, ...]:
        """What the server finds for a text, in its order. Raises OnlineError if it does not answer in time, or others
        wait already.
        """
        if not self._waiting.acquire(blocking=False):
            raise OnlineError("too many searches are waiting for the server")
        try:
            found: list[Any] = self._ask(text, exactly_one=False, limit=limit) or []
        except (GeopyError, ValueError, LookupError, TypeError) as error:
            # The error of the library may hold the address with the text, which must not be logged.
            raise OnlineError(f"the server did not answer ({type(error).__name__})") from None
        finally:
            self._waiting.release()
        return tuple(_place(location) for location in found)


def _place(location: Any) -> NamedPlace:  # noqa: ANN401 - geopy is not typed
    name, _, detail = str(location.address).partition(", ")
    return NamedPlace(
        name=name[:200],
        detail=detail[:200],
        point=Point(lon=float(location.longitude), lat=float(location.latitude)),
        kind=FoundKind.LANDMARK,
    )
