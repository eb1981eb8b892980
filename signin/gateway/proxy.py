"""The proxy: who may connect to which name, and how a request gets to the server and back.

One task serves one connection, so a client that is slow or lost keeps nobody else waiting, and
each wait has an end. Nothing a client says decides where a connection is opened to.
"""

import asyncio
import contextlib
import re
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from typing import cast

from signin import hosts
from signin.gateway import heads
from signin.gateway.authority import Authority
from signin.gateway.heads import Body, Broken, Head, Refused
from signin.gateway.upward import Upward
from signin.naming import GATEWAY_HEADER

MOST_CONNECTIONS = 256
HANDSHAKE_PATIENCE = 10.0  # seconds
IDLE = 60.0  # seconds between two requests of one connection
ANSWER_PATIENCE = 120.0  # seconds until the server has to answer
LONGEST_REST = 8 * 1024 * 1024  # bytes of a request that is answered already
REST_PATIENCE = 2.0  # seconds for them
GRACE = 3.0  # seconds that requests under way have when it stops

CONNECT = re.compile(r"CONNECT ([A-Za-z0-9.-]{1,253}):(\d{1,5}) HTTP/1\.[01]")
CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
REQUEST = re.compile(r"([A-Z]{1,20}) (?:/[!-~\x80-\xff]*|\*) HTTP/1\.1")
STATUS = re.compile(r"HTTP/1\.[01] \d{3}(?: |\Z)")
WHO = "Vestibule emulator, not AWS"


@dataclass
class Gateway:
    """One gateway in front of one server."""

    authority: Authority
    server: tuple[str, int]
    secret: str
    most: int = MOST_CONNECTIONS
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _waiting: set["asyncio.Task[None]"] = field(default_factory=set)
    _stopping: bool = False

    async def serve(self, listener: socket.socket, until: asyncio.Event) -> None:
        """Take connections until an event, then end those under way within a few seconds."""
        server = await asyncio.start_server(self._taken, sock=listener, limit=heads.LONGEST_HEAD)
        await until.wait()
        server.close()
        self._stopping = True
        for task in list(self._waiting):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._tasks.add(task)
        try:
            if len(self._tasks) > self.most:
                raise Refused(503, f"More than {self.most} connections at once.")
            if not _is_loopback(writer):
                raise Refused(403, "Only this machine is served.")
            await self._connection(reader, writer)
        except Refused as refused:
            await _refuse(writer, refused)
        except (OSError, Broken, asyncio.CancelledError):
            pass  # whoever it was is gone, or has to go
        finally:
            await _close(writer)
            self._tasks.discard(task)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await heads.read(reader)
        if head is None:
            return
        name = _asked_for(head)
        await heads.send(writer, CONNECTED)
        await writer.start_tls(
            self.authority.context(name), ssl_handshake_timeout=HANDSHAKE_PATIENCE
        )
        while await self._exchange(name, reader, writer):
            pass

    async def _exchange(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Serve one request; return whether another one may follow on the connection."""
        head = await self._next(reader)
        if head is None:
            return False
        method = _checked(head, name)
        body = heads.body_of(head) or Body()
        is_last = self._stopping or "close" in ",".join(head.all("connection")).lower()
        if "100-continue" in ",".join(head.all("expect")).lower():
            await heads.send(writer, CONTINUE)
        async with Upward.open(self.server) as upward:
            sending = asyncio.create_task(self._send(head, body, reader, upward))
            try:
                answer = await _answer_of(upward)
                # A server that answers early has not read it all, and what is left is no request.
                is_early = not sending.done() or sending.exception() is not None
                may_go_on = await _pass_on(
                    method, answer, upward, writer, is_last=is_last or is_early
                )
            finally:
                sending.cancel()
                await asyncio.wait([sending])
        if is_early:
            await _read_out(reader)
        return may_go_on

    async def _next(self, reader: asyncio.StreamReader) -> Head | None:
        """Wait for the next request; a gateway that stops doesn't wait for this."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        if self._stopping:
            return None
        self._waiting.add(task)
        try:
            return await heads.read(reader, idle=IDLE)
        finally:
            self._waiting.discard(task)

    async def _send(
        self, head: Head, body: Body, reader: asyncio.StreamReader, upward: Upward
    ) -> None:
        fields = [
            *head.passed_on(GATEWAY_HEADER.lower()),
            (GATEWAY_HEADER, self.secret),
            ("Connection", "close"),
        ]
        await heads.send(upward, heads.write(head.line, fields))
        await heads.relay(body, reader, upward)


def _asked_for(head: Head) -> str:
    """Return the name that a client wants to connect to, or raise Refused."""
    if not head.line.startswith("CONNECT "):
        raise Refused(501, "This proxy takes CONNECT only.")
    found = CONNECT.fullmatch(head.line)
    name = found[1].lower().removesuffix(".") if found else ""
    if not found or found[2] != "443" or not hosts.find_real(name):
        raise Refused(403, "This proxy leads to the emulated names at port 443 only.")
    return name


def _checked(head: Head, name: str) -> str:
    """Return the method of a request for this name, or raise Refused."""
    found = REQUEST.fullmatch(head.line)
    if not found or found[1] == "CONNECT":
        raise Refused(400, "The first line is none of a request in HTTP/1.1.")
    named = [each.lower().removesuffix(":443").removesuffix(".") for each in head.all("host")]
    if named != [name]:
        raise Refused(421, "This connection is for another host.")
    return found[1]


async def _answer_of(upward: Upward) -> Head:
    """Wait for the head of the server's answer."""
    try:
        while head := await heads.read(upward, idle=ANSWER_PATIENCE):
            if not STATUS.match(head.line):
                break
            if not head.line.split()[1].startswith("1"):
                return head
    except (OSError, Broken, Refused) as error:
        raise Refused(502, "The server did not answer.") from error
    raise Refused(502, "The server did not answer.")


async def _pass_on(
    method: str, head: Head, upward: Upward, writer: asyncio.StreamWriter, *, is_last: bool
) -> bool:
    """Pass the server's answer on; return whether another request may follow."""
    body = heads.body_of(head)
    if method == "HEAD" or int(head.line.split()[1]) in heads.NO_BODY:
        body = Body()
    elif body is None:
        body, is_last = Body(until_the_end=True), True
    ending = [("Connection", "close")] if is_last else []
    await heads.send(writer, heads.write(head.line, [*head.passed_on(), *ending]))
    await heads.relay(body, upward, writer)
    await heads.send(writer, b"")
    return not is_last


async def _read_out(reader: asyncio.StreamReader) -> None:
    """Take what a client still sends: closed in the middle of it, it would miss the answer."""
    left = LONGEST_REST
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REST_PATIENCE):
            while left > 0 and (piece := await reader.read(heads.PIECE)):
                left -= len(piece)


async def _refuse(writer: asyncio.StreamWriter, refused: Refused) -> None:
    text = f"{WHO}: {refused.text}\n".encode()
    fields = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("Connection", "close"),
    ]
    line = f"HTTP/1.1 {refused.status} {HTTPStatus(refused.status).phrase}"
    with contextlib.suppress(OSError, Broken):
        await heads.send(writer, heads.write(line, fields) + text)


def _is_loopback(writer: asyncio.StreamWriter) -> bool:
    peer = writer.get_extra_info("peername")
    return bool(peer) and ip_address(peer[0]).is_loopback


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close a connection, politely if the other side is there to see it."""
    writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except (OSError, asyncio.CancelledError):
        writer.transport.abort()
