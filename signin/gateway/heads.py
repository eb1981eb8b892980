"""Heads and bodies of HTTP/1.1 messages, read strictly (RFC 9112): what is unclear is refused.

Two programs that take the same octets for different messages are how requests are smuggled, so
there is one way only to say how long a body is.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

LONGEST_HEAD = 64 * 1024  # bytes
PIECE = 64 * 1024  # bytes
HEAD_PATIENCE = 10.0  # seconds for a whole head, once it has begun
PATIENCE = 60.0  # seconds without a byte

FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\x00]*?)[ \t]*")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]*)?\r\n")
LONGEST_LINE = 4096  # bytes
NO_BODY = frozenset({204, 304})
# Fields about one connection, which end here (RFC 9110, 7.6.1).
OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade", "expect"}
    | {"proxy-authorization", "proxy-authenticate"}
)


class Reader(Protocol):
    """What octets come from, as from asyncio's StreamReader."""

    async def read(self, n: int) -> bytes:
        """Return some octets, none at the end."""

    async def readexactly(self, n: int) -> bytes:
        """Return so many octets."""

    async def readuntil(self, separator: bytes) -> bytes:
        """Return all up to a separator, and with it."""


class Writer(Protocol):
    """What octets go to, as to asyncio's StreamWriter."""

    def write(self, data: bytes) -> None:
        """Take octets."""

    async def drain(self) -> None:
        """Wait until there is room for more."""


class Refused(Exception):
    """A message that goes no further, with the status and the text to answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Broken(Exception):
    """A connection that ended in the middle of a message, or said nothing for too long."""


@dataclass(frozen=True)
class Body:
    """How a body's end is told: by its length, by its last chunk, or by the connection's end."""

    length: int = 0
    is_chunked: bool = False
    until_the_end: bool = False


@dataclass(frozen=True)
class Head:
    """The first line of a message, and its fields."""

    line: str
    fields: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for each, value in self.fields if each.lower() == name]

    def passed_on(self, *without: str) -> Iterable[tuple[str, str]]:
        """Return the fields that are not about this connection, nor among some others."""
        named = {
            each.strip().lower() for value in self.all("connection") for each in value.split(",")
        }
        ends_here = OF_ONE_CONNECTION | (named - {"host", "content-length"}) | set(without)
        # Servers take an underscore for a hyphen.
        return [
            (name, value)
            for name, value in self.fields
            if name.lower().replace("_", "-") not in ends_here
        ]


async def read(reader: Reader, *, idle: float = HEAD_PATIENCE) -> Head | None:
    """Return the next message's head; None if the connection ends before it, or stays idle."""
    try:
        async with asyncio.timeout(idle):
            begin = await reader.read(1)
    except TimeoutError:
        return None
    if not begin:
        return None
    try:
        async with asyncio.timeout(HEAD_PATIENCE):
            octets = begin + await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise Refused(431, "The head of the request is too long.") from error
    except TimeoutError as error:
        raise Refused(408, "The head of the request did not come in time.") from error
    except asyncio.IncompleteReadError as error:
        raise Broken from error
    return parse(octets)


def parse(octets: bytes) -> Head:
    """Take a head apart, or raise Refused."""
    line, *fields = octets.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    if re.search(r"[\r\n\x00]", line):
        raise Refused(400, "The first line is malformed.")
    found = [FIELD.fullmatch(field) for field in fields]
    if not all(found):
        raise Refused(400, "A field of the head is malformed.")
    return Head(line, [(each[1], each[2]) for each in found if each])


def write(line: str, fields: Iterable[tuple[str, str]]) -> bytes:
    """Return a head as it is sent."""
    lines = [line, *(f"{name}: {value}" for name, value in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def body_of(head: Head) -> Body | None:
    """Return how a message tells its body's end, None if it doesn't; or raise Refused."""
    codings = [value.lower() for value in head.all("transfer-encoding")]
    lengths = set(head.all("content-length"))
    if codings:
        if codings != ["chunked"] or lengths:
            raise Refused(400, "How long the body is, is not clear.")
        return Body(is_chunked=True)
    if not lengths:
        return None
    if len(lengths) > 1 or not re.fullmatch(r"[0-9]{1,15}", length := lengths.pop()):
        raise Refused(400, "How long the body is, is not clear.")
    return Body(length=int(length))


async def relay(body: Body, reader: Reader, writer: Writer) -> None:
    """Pass a body on piece by piece, or raise Broken; trailers are left out."""
    if body.is_chunked:
        while size := await _chunk_size(reader):
            writer.write(b"%x\r\n" % size)
            await _pieces(size, reader, writer)
            if await _exactly(reader, 2) != b"\r\n":
                raise Broken
            writer.write(b"\r\n")
        while await _line(reader) != b"\r\n":
            pass
        await send(writer, b"0\r\n\r\n")
    elif body.until_the_end:
        while piece := await _some(reader, PIECE):
            await send(writer, piece)
    else:
        await _pieces(body.length, reader, writer)


async def send(writer: Writer, octets: bytes) -> None:
    """Write, and wait until the other side has room; or raise Broken."""
    writer.write(octets)
    try:
        async with asyncio.timeout(PATIENCE):
            await writer.drain()
    except OSError as error:  # among them TimeoutError
        raise Broken from error


async def _pieces(left: int, reader: Reader, writer: Writer) -> None:
    while left:
        piece = await _some(reader, min(left, PIECE))
        if not piece:
            raise Broken
        left -= len(piece)
        await send(writer, piece)


async def _chunk_size(reader: Reader) -> int:
    found = CHUNK_SIZE.fullmatch(await _line(reader))
    if not found:
        raise Broken
    return int(found[1], 16)


async def _line(reader: Reader) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            line = await reader.readuntil(b"\r\n")
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise Broken from error
    if len(line) > LONGEST_LINE:
        raise Broken
    return line


async def _exactly(reader: Reader, count: int) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.readexactly(count)
    except (OSError, asyncio.IncompleteReadError) as error:
        raise Broken from error


async def _some(reader: Reader, most: int) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.read(most)
    except OSError as error:
        raise Broken from error
