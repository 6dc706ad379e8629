"""A real HTTP gateway on the loopback, as an SMS or WhatsApp gateway is one: up, refusing, hanging, or away."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_WAIT_S = 60.0


@dataclass(frozen=True)
class Delivery:
    """What the gateway took: the path (with the number) and the text."""

    path: str
    text: str


@dataclass(eq=False)
class Gateway:
    """Takes apprise's JSON. `refuse` and `hang` say for which paths it answers 500, or nothing until
    `released` and then `hang_status`."""

    port: int = 0
    taken: list[Delivery] = field(default_factory=list)
    tried: list[Delivery] = field(default_factory=list)
    refuse: Callable[[str], bool] = lambda path: False
    hang: Callable[[str], bool] = lambda path: False
    hang_status: int = 503
    released: threading.Event = field(default_factory=threading.Event)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    @property
    def phone_url(self) -> str:
        """For JEMPUT_TELL_PHONE_URL; read time-out long enough for our own limit to be the one that counts."""
        return f"json://127.0.0.1:{self.port}/phone/{{phone}}?rto=300&cto=5"

    def url(self, name: str) -> str:
        """The address of somebody without a phone number."""
        return f"json://127.0.0.1:{self.port}/{name}?rto=300&cto=5"

    def open(self) -> None:
        """Listen, on the same port as before once there was one."""
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                delivery = Delivery(self.path.partition("?")[0], body["message"])
                with contextlib.suppress(ConnectionError):
                    self.send_response(gateway.judge(delivery))
                    self.send_header("content-length", "0")
                    self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
                return

        self.released.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def judge(self, delivery: Delivery) -> int:
        """Hang, refuse or take it; returns the status."""
        with self._news:
            self.tried.append(delivery)
            self._news.notify_all()
        if self.hang(delivery.path):
            self.released.wait(_WAIT_S * 2)
            return self.hang_status
        if self.refuse(delivery.path):
            return 500
        with self._news:
            self.taken.append(delivery)
            self._news.notify_all()
        return 200

    def wait_until(self, condition: Callable[["Gateway"], bool]) -> None:
        """Wait for a condition on what came; fails after a minute."""
        with self._news:
            assert self._news.wait_for(lambda: condition(self), _WAIT_S), f"came only: {self.tried}"

    def close(self) -> None:
        """Be away: connections are refused from now on."""
        self.released.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None


@contextlib.contextmanager
def open_gateway() -> Iterator[Gateway]:
    """A gateway that is up, and gone with the test."""
    gateway = Gateway()
    gateway.open()
    try:
        yield gateway
    finally:
        gateway.close()
