"""A connection to the server, on which a failed write spoils no read.

A server that has seen enough of a request answers and hangs up. Asyncio's streams would drop that
answer with the first write that fails.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from signin.gateway.heads import LONGEST_HEAD, Refused

CONNECT_PATIENCE = 5.0  # seconds


class Upward:
    """One connection to the server."""

    def __init__(self, connection: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._came = b""
        self._goes = b""

    @classmethod
    @asynccontextmanager
    async def open(cls, server: tuple[str, int]) -> AsyncIterator["Upward"]:
        """Connect to the server for one request, or raise Refused."""
        family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
        with socket.socket(family) as connection:
            connection.setblocking(False)
            upward = cls(connection)
            try:
                async with asyncio.timeout(CONNECT_PATIENCE):
                    await upward._loop.sock_connect(connection, server)
            except OSError as error:
                raise Refused(502, "The server does not answer.") from error
            yield upward

    async def read(self, n: int) -> bytes:
        """Return some octets, none at the end."""
        if not self._came:
            return await self._loop.sock_recv(self._connection, n)
        octets, self._came = self._came[:n], self._came[n:]
        return octets

    async def readexactly(self, n: int) -> bytes:
        """Return so many octets, or raise IncompleteReadError."""
        while len(self._came) < n:
            await self._more(n)
        octets, self._came = self._came[:n], self._came[n:]
        return octets

    async def readuntil(self, separator: bytes) -> bytes:
        """Return all up to a separator, and with it; or raise one of asyncio's two errors."""
        while (place := self._came.find(separator)) < 0:
            if len(self._came) > LONGEST_HEAD:
                raise asyncio.LimitOverrunError("no separator", len(self._came))
            await self._more(None)
        place += len(separator)
        octets, self._came = self._came[:place], self._came[place:]
        return octets

    def write(self, data: bytes) -> None:
        """Take octets."""
        self._goes += data

    async def drain(self) -> None:
        """Send what was taken."""
        octets, self._goes = self._goes, b""
        await self._loop.sock_sendall(self._connection, octets)

    async def _more(self, expected: int | None) -> None:
        octets = await self._loop.sock_recv(self._connection, LONGEST_HEAD)
        if not octets:
            raise asyncio.IncompleteReadError(self._came, expected)
        self._came += octets
