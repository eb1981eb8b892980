"""The gateway's own process, beside those of the server."""

import asyncio
import multiprocessing
import os
import signal
import socket
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from signin import hosts
from signin.gateway.authority import Authority
from signin.gateway.place import ADDRESS, Place, folder, forget, tell
from signin.gateway.proxy import GRACE, Gateway

BACKLOG = 256
START_PATIENCE = 20.0  # seconds
STOP_PATIENCE = GRACE + 3.0  # seconds
ORPHANED_AFTER = 1.0  # seconds between two looks whether the server is still there


class NotStarted(Exception):
    """The gateway's process ended before it was ready."""


def listen(port: int) -> socket.socket:
    """Return a socket that listens on the loopback, or raise OSError."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def start(listener: socket.socket, *, server: tuple[str, int], secret: str) -> BaseProcess:
    """Start the process, and return it when it is ready; or raise NotStarted.

    It is forked before the server's own, which have neither its socket nor its keys.
    """
    ready, told = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("fork")
    process = context.Process(
        target=_run, args=(listener, server, secret, told), name="gateway", daemon=True
    )
    process.start()
    told.close()
    listener.close()
    try:
        is_ready = ready.poll(START_PATIENCE) and ready.recv()
    except EOFError:
        is_ready = False
    if not is_ready:
        stop(process)
        raise NotStarted
    return process


def stop(process: BaseProcess) -> None:
    """End the process, and wait for it."""
    process.terminate()
    process.join(STOP_PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()


def _run(listener: socket.socket, server: tuple[str, int], secret: str, told: Connection) -> None:
    parent = os.getppid()
    folder().mkdir(exist_ok=True)
    authority = Authority(folder() / "ca.pem", hosts.real_parents())
    place = Place(listener.getsockname()[1], str(authority.path), authority.pin)
    gateway = Gateway(authority, server, secret)

    async def serve() -> None:
        over = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, over.set)
        watch = asyncio.create_task(_watch(parent, over))
        tell(place)
        told.send(True)
        told.close()
        try:
            await gateway.serve(listener, over)
        finally:
            watch.cancel()
            forget()

    asyncio.run(serve())


async def _watch(parent: int, over: asyncio.Event) -> None:
    """End the gateway with the server, even one that was killed."""
    while os.getppid() == parent:
        await asyncio.sleep(ORPHANED_AFTER)
    over.set()
