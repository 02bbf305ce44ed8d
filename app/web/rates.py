"""How often one caller may do what costs others something: asking strangers' hosts (T8), guessing addresses (T25).

Counted in the memory of this process, for a day at most; with several processes, each counts for itself.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app import clock
from app.errors import RateLimited

GUESSES = (RateLimitItemPerMinute(5), RateLimitItemPerHour(30))  # of whose a badge is, by one caller for one badge
LAUNCHES = (RateLimitItemPerMinute(300),)  # of a whole campus behind one address
REGISTRATIONS = (RateLimitItemPerHour(30), RateLimitItemPerDay(60))  # of programs, which stay for weeks
RECORD_READS = (RateLimitItemPerMinute(1_200),)  # by one health-record system
EXCHANGES = (RateLimitItemPerMinute(300),)  # of badges, for one holder by one program
TOKENS = (RateLimitItemPerMinute(120),)  # of a hospital whose systems share an address
WALLETS = (RateLimitItemPerMinute(240),)  # four requests take a badge; a class may share an address
OFFERS = (RateLimitItemPerHour(30),)  # of one badge, each of them a row
SIGN_INS = (RateLimitItemPerMinute(20), RateLimitItemPerHour(200))  # by one caller: a ward may share an address
_NETWORK_OF_ONE_CALLER = 64  # bits of an IPv6 address; the rest is the caller's to choose


class Rates:
    """The counters of one application. `verify_per_minute` 0 = as often as you like."""

    def __init__(self, *, verify_per_minute: int) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._lookups = (RateLimitItemPerMinute(verify_per_minute),) if verify_per_minute else ()

    def look_up(self, request: Request) -> None:
        """Count a verification that may ask strangers' hosts. Raises RateLimited."""
        self._count(self._lookups, "look-up", caller(request), "Too many badges were checked from your address")

    def look_up_for(self, account_id: str) -> None:
        """Count a badge that is added for a holder, whichever program sends it and from where. Raises RateLimited."""
        self._count(self._lookups, "look-up for", account_id, "Too many badges were added for this holder")

    def guess(self, request: Request, badge: str) -> None:
        """Count a question whose a badge is. Raises RateLimited."""
        sentence = "You asked very often whose badge this is"
        self._count(GUESSES, "guess", f"{caller(request)} {badge}", sentence)

    def launch(self, request: Request) -> None:
        """Count the beginning of a launch, each of which is a row for a day. Raises RateLimited."""
        self._count(LAUNCHES, "launch", caller(request), "Too many launches began at your address")

    def register(self, request: Request) -> None:
        """Count a program that registers itself. Raises RateLimited."""
        self._count(REGISTRATIONS, "registration", caller(request), "Many programs were registered from your address")

    def connect(self, request: Request) -> None:
        """Count a program's question to a holder, each of which is a row for an hour. Raises RateLimited."""
        self._count(LAUNCHES, "connect", caller(request), "Too many questions came from your address")

    def exchange_badges(self, holder_and_program: str) -> None:
        """Count a call of a program that a holder lets in, however often they did. Raises RateLimited."""
        self._count(EXCHANGES, "exchange", holder_and_program, "This program calls very often")

    def read_records(self, reader_id: str) -> None:
        """Count a read of a health-record system. Raises RateLimited."""
        self._count(RECORD_READS, "record-read", reader_id, "This system reads very often")

    def ask_for_token(self, request: Request) -> None:
        """Count a request for an access token. Raises RateLimited."""
        self._count(TOKENS, "token", caller(request), "Very many access tokens were asked for from your address")

    def ask_as_wallet(self, request: Request) -> None:
        """Count a request of a wallet. Raises RateLimited."""
        self._count(WALLETS, "wallet", caller(request), "Very many requests of wallets came from your address")

    def offer(self, award_id: str) -> None:
        """Count an offer of a badge to a wallet. Raises RateLimited."""
        self._count(OFFERS, "offer", award_id, "This badge was offered to wallets very often")

    def sign_in(self, request: Request) -> None:
        """Count an attempt to sign in, or a link that is asked for. Raises RateLimited."""
        self._count(SIGN_INS, "sign-in", caller(request), "Very many attempts to sign in came from your address")

    def _count(self, limits: tuple[RateLimitItem, ...], what: str, who: str, sentence: str) -> None:
        name = hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        for limit in limits:
            if not self._window.hit(limit, what, name):
                resets_at = self._window.get_window_stats(limit, what, name).reset_time
                left = math.ceil(resets_at - clock.now().timestamp())
                wait = min(max(1, left), limit.get_expiry())
                raise RateLimited(f"{sentence}; wait a moment and try again", retry_after_seconds=wait)


def caller(request: Request) -> str:
    """The network address of whoever asks, or its network with IPv6; "" when there is none, as on a local socket."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _NETWORK_OF_ONE_CALLER), strict=False))
    return host
