"""Real servers for tests, each on a free loopback port: Jemput in this process, and a Redis or Valkey beside it."""

import contextlib
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import uvicorn
from fastapi import FastAPI

from dispatch.settings import Settings
from tests.conftest import require
from web.server import create_app

# To `verify` with: nothing is encrypted on the loopback, and every client that reads the certificates takes 40 ms.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def name_the_act(request: httpx.Request) -> None:
    """A hook for a client of tests: each act of its own has a key of its own, as a page's has."""
    if request.method == "POST":
        request.headers.setdefault("Idempotency-Key", str(uuid4()))


@contextlib.contextmanager
def running_app(settings: Settings) -> Iterator[tuple[str, FastAPI]]:
    """The address of a server over what these settings' database holds, and its application; ended with the block."""
    app = create_app(settings, demo=False)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="websockets-sansio")
    listening = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        assert thread.is_alive(), "the server did not start"
        yield url, app
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@dataclass
class RedisServer:
    """One server process that can be frozen, killed and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for JEMPUT_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("valkey-server") or shutil.which("redis-server")
        if program is None:
            require("redis", "neither valkey-server nor redis-server is installed")
        assert program is not None
        self.process = subprocess.Popen(
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            assert self.process.poll() is None, "the server ended at once"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2) as line:
                line.sendall(b"PING\r\n")
                if line.recv(64).startswith(b"+PONG"):
                    return

    def freeze(self) -> None:
        """Stop the process in its tracks: connections stay open and nothing answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A running server; the test is skipped (in CI: failed) where none is installed."""
    server = RedisServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
