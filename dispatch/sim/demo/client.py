"""A client of the running server: JSON over HTTP with a bearer token, as any other program would use it."""

from typing import Any
from uuid import uuid4

import httpx


class Client:
    """One signed-in caller; an answer that is a problem is returned as None and leaves the caller as it was."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self.headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON, or None where there is none."""
        answer = await self._http.get(path, headers=self.headers)
        return answer.json() if answer.status_code == httpx.codes.OK else None

    async def post(self, path: str, body: dict[str, object]) -> Any:  # noqa: ANN401 - JSON
        """The answer's JSON, or None where the server said no."""
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        answer = await self._http.post(path, headers=headers, json=body)
        return answer.json() if answer.is_success else None
