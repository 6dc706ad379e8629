"""Live positions within one process: the default, with no server."""

from collections.abc import Sequence

from dispatch.domain.fix import Fix
from dispatch.live.mirror import Mirror


class MemoryLive(Mirror):
    """The live port over this process alone."""

    async def start(self, fixes: Sequence[Fix]) -> None:
        """Begin with the positions that the store knows."""
        self.take(fixes)

    async def put_fixes(self, fixes: Sequence[Fix]) -> None:
        """Apply fixes and tell the watchers."""
        self.take(fixes)

    async def announce(self, seq: int) -> None:
        """Tell the watchers that the journal has grown."""
        self.wake(seq)

    async def is_healthy(self) -> bool:
        """Always: there is nothing that could be away."""
        return True

    async def close(self) -> None:
        """Nothing to close."""
