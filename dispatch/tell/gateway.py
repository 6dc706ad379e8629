"""Gateways: addresses that apprise sends to, each with its own threads, so that one that hangs holds up no other."""

import asyncio
import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from apprise import Apprise, NotifyBase

from dispatch.tell.phones import digits_of, is_phone, takes_text

PHONES = "phones"  # the name of the gateway for all phone numbers
AT_ONCE = 8  # messages that one gateway may be busy with, those that hang included
_FORGOTTEN_S = 300.0  # then a thread that hangs no longer counts among them
_SAMPLE_DIGITS = "628110000001"  # made up, only to see whether an address can be read

# The library writes addresses and texts into its log, and those are personal.
for _name in ("apprise", "urllib3"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Route:
    """Through which gateway a message goes, and the address there."""

    gateway: str
    url: str


class Gateways:
    """The addresses of the settings, and how busy each gateway is in this process.

    `problems` names each address that cannot be read, without the address itself: it holds secrets. What would go
    there waits for somebody's hand.
    """

    def __init__(self, phone_url: str, urls: Mapping[str, str]) -> None:
        unread = {name for name, url in urls.items() if not is_phone(url) and _read(url) is None}
        self._urls = {name: url for name, url in urls.items() if name not in unread}
        self._phone_url = phone_url if phone_url and _read(phone_url.replace("{phone}", _SAMPLE_DIGITS)) else ""
        self._busy: Counter[str] = Counter()
        named = [f"JEMPUT_TELL_URLS {name}" for name in sorted(unread)]
        named += ["JEMPUT_TELL_PHONE_URL"] if phone_url and not self._phone_url else []
        self.problems = [
            f"{name} is no address that apprise knows, and is passed over: write SCHEMA://… as docs/messages.md shows"
            for name in named
        ]

    def phone_of(self, recipients: tuple[str, ...]) -> str | None:
        """The phone number that the settings give for the first of these recipients."""
        return next((url for name in recipients if is_phone(url := self._urls.get(name, ""))), None)

    def find_route(self, recipients: tuple[str, ...], phone: str | None) -> Route | None:
        """The first recipient's own gateway, else the one for phones; None where a person has to send it."""
        for name in recipients:
            url = self._urls.get(name, "")
            if url and not is_phone(url):
                return Route(name, url)
        if self._phone_url and phone is not None and takes_text(phone):
            return Route(PHONES, self._phone_url.replace("{phone}", digits_of(phone)))
        return None

    def may_take(self, recipient: str) -> bool:
        """Whether it is worth writing a letter to this recipient now."""
        own = self._urls.get(recipient, "")
        if own and not is_phone(own):
            return self.has_room(recipient)
        return not self._phone_url or recipient.startswith("owner:") or self.has_room(PHONES)

    def has_room(self, gateway: str) -> bool:
        """Whether one more message may be given to this gateway now."""
        return self._busy[gateway] < AT_ONCE

    async def send(self, route: Route, text: str, *, within_s: float) -> str | None:
        """Send it from a thread; returns None when the gateway took it, else why not, without anything personal.

        A thread whose gateway hangs cannot be ended: it is left alone after `within_s` seconds, and its place among the
        gateway's own is free again when it ends, or after five minutes.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()
        place = [route.gateway]

        def leave() -> None:
            if place:
                self._busy[place.pop()] -= 1

        def finish(error: str | None) -> None:
            leave()
            if not answer.done():
                answer.set_result(error)

        def work() -> None:
            error = _notify(route.url, text)
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(finish, error)

        self._busy[route.gateway] += 1
        # A daemon thread, because one that hangs must not keep the process from ending.
        threading.Thread(target=work, name=f"tell-{route.gateway}", daemon=True).start()
        try:
            return await asyncio.wait_for(answer, within_s)
        except TimeoutError:
            loop.call_later(_FORGOTTEN_S, leave)
            return "no_answer_in_time"


def _read(url: str) -> NotifyBase | None:
    # A plugin of its own for each message: a shared one would make its messages wait for each other.
    found = Apprise.instantiate(url, suppress_exceptions=True)
    return found if isinstance(found, NotifyBase) else None


def _notify(url: str, text: str) -> str | None:
    try:
        plugin = _read(url)
        if plugin is None:
            return "unreadable_address"
        return None if plugin.notify(body=text) else "gateway_refused"
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises, the message is tried again; only its kind is kept
        return f"gateway_failed:{type(error).__name__}"
