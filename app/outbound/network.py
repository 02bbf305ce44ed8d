"""The guarded connection under every fetch: a name is resolved once, all answers are checked, a checked one is dialled.

An httpcore network backend, so that httpx keeps the name for SNI, certificate and Host while the socket goes to the
address we looked at (T1, T4). Everything on the way shares one deadline (T7).
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from app.errors import FetchFailed
from app.outbound.addresses import refusal

CONNECT_SECONDS = 3.0
_MOST_DIALS = 2  # a name with both IPv6 and IPv4 gets one try of each
_RESOLVING = threading.BoundedSemaphore(16)  # look-ups that hang may not pile up

Resolver = Callable[[str, int], Sequence[str]]


def ask_the_system(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a name as the system's resolver gives them, best first. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@lru_cache(maxsize=1)
def _public_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Network:
    """What a fetch stands on: who resolves names, who opens sockets, whose certificates are trusted."""

    resolve: Resolver = ask_the_system
    backend: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    trust: Callable[[], ssl.SSLContext] = _public_trust


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock after which nothing more is waited for."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self, most: float | None = None) -> float:
        """Seconds left, at most `most`. Raises FetchFailed when none are."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise FetchFailed("took too long")
        return seconds if most is None else min(seconds, most)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to one host and port only, and only to addresses that passed the table."""

    def __init__(self, *, host: str, port: int, any_address: bool, network: Network, deadline: Deadline) -> None:
        """`any_address` is for the service's own origin in development and skips the table, nothing else."""
        self._host, self._port = host, port
        self._any_address = any_address
        self._network = network
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline decides
        local_address: str | None = None,  # noqa: ARG002 - never chosen by a request
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a checked address of `host`. Raises FetchFailed."""
        if (host, port) != (self._host, self._port):
            raise FetchFailed(f"dialling {host[:100]}:{port} was never asked for")
        if self._any_address:
            addresses = _resolved(self._network.resolve, host, port, self._deadline)
        else:
            addresses = checked_addresses(self._network, host, port, self._deadline)
        for address in addresses[:_MOST_DIALS]:
            try:
                stream = self._network.backend.connect_tcp(
                    address, port, timeout=self._deadline.left(CONNECT_SECONDS), socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _TimedStream(stream, self._deadline)
        raise FetchFailed(f"{host} could not be connected to")

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - refused whatever it is
        timeout: float | None = None,  # noqa: ARG002 - refused whatever it is
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - refused whatever it is
    ) -> httpcore.NetworkStream:
        """Never: no document lives behind a local socket."""
        raise FetchFailed("a local socket was asked for")


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the same deadline, however slowly bytes drip in."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def checked_addresses(network: Network, host: str, port: int, deadline: Deadline) -> Sequence[str]:
    """The addresses of a name, all of which may be dialled. Raises FetchFailed, `blocked` when one may not."""
    addresses = _resolved(network.resolve, host, port, deadline)
    for address in addresses:
        if why := refusal(address):
            raise FetchFailed(f"{host} has a forbidden address: {why}", blocked=True)
    return addresses


def _resolved(resolve: Resolver, host: str, port: int, deadline: Deadline) -> Sequence[str]:
    """The addresses of a name; at least one. A resolver that hangs is left behind in a thread of its own."""
    answer: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answer.put(error)
        finally:
            _RESOLVING.release()

    if not _RESOLVING.acquire(timeout=deadline.left()):
        raise FetchFailed("too many names are being looked up")
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=deadline.left(CONNECT_SECONDS))
    except queue.Empty:
        raise FetchFailed(f"{host} was not resolved in time") from None
    if isinstance(found, (OSError, UnicodeError)) or not found:
        raise FetchFailed(f"{host} has no address")
    return found
