"""What handlers are handed: the service and the raw body. Handlers open their own transactions.

A transaction that a dependency opens would be held while the handler waits for a thread; with one writer at a time
and a full thread pool, nobody could go on. So a handler says `with service.database.write() as session:` itself,
and what it returns afterwards is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol

from fastapi import Depends, Request

from app.issuing.accounts import passkeys
from app.issuing.accounts.passkeys import RelyingParty
from app.issuing.office import Office
from app.judging.desk import Desk
from app.outbound.network import Network
from app.outbound.oidc import Provider
from app.service import Service
from app.web.former_addresses import FORMER_ERA
from app.web.lanes import Lane
from app.web.rates import Rates


class Finding(Protocol):
    """One thing that the doctor looked at: `level` is ok, warn or fail; `sentence` says what to do."""

    @property
    def level(self) -> str:
        """How bad it is."""

    @property
    def subject(self) -> str:
        """What was looked at."""

    @property
    def sentence(self) -> str:
        """What was found."""


Examine = Callable[[str], Sequence[Finding]]
"""Looks at the service as the owner of one issuer may see it, whose id is given. The doctor is a room beside this."""


def examine_of(request: Request) -> Examine:
    """What looks whether everything is ready."""
    examine: Examine = request.app.state.examine
    return examine


def service_of(request: Request) -> Service:
    """The service that this application was made with."""
    service: Service = request.app.state.service
    return service


def office_asked(request: Request) -> Office:
    """The office at the address that was asked: what says who an issuer is says it by the name that it has there."""
    office = service_of(request).office
    return office.at(request.scope.get(FORMER_ERA, office.era))


def desk_of(request: Request) -> Desk:
    """Where badges are judged."""
    desk: Desk = request.app.state.desk
    return desk


def network_of(request: Request) -> Network | None:
    """The way out to platforms; None = the internet."""
    network: Network | None = request.app.state.network
    return network


def provider_of(request: Request) -> Provider | None:
    """The identity provider; None = none is set up."""
    provider: Provider | None = request.app.state.provider
    return provider


def passkey_party_of(request: Request) -> RelyingParty | None:
    """Who we are to passkeys; None = browsers offer none at this address."""
    return passkeys.party_of(service_of(request).settings.public_base_url)


def judging_lane(request: Request) -> Lane:
    """Where badges are judged that may be a stranger's."""
    lane: Lane = request.app.state.judging_lane
    return lane


def batch_lane(request: Request) -> Lane:
    """Where heaps of badges are judged, one heap at a time."""
    lane: Lane = request.app.state.batch_lane
    return lane


def rates_of(request: Request) -> Rates:
    """How often callers came."""
    rates: Rates = request.app.state.rates
    return rates


async def raw_body(request: Request) -> bytes:
    """The bytes of the body, as sent; their number is bounded by the body limit."""
    return await request.body()


TheService = Annotated[Service, Depends(service_of)]
OfficeAsked = Annotated[Office, Depends(office_asked)]
TheNetwork = Annotated[Network | None, Depends(network_of)]
TheDoctor = Annotated[Examine, Depends(examine_of)]
TheProvider = Annotated[Provider | None, Depends(provider_of)]
ThePasskeys = Annotated[RelyingParty | None, Depends(passkey_party_of)]
TheDesk = Annotated[Desk, Depends(desk_of)]
JudgingLane = Annotated[Lane, Depends(judging_lane)]
BatchLane = Annotated[Lane, Depends(batch_lane)]
RawBody = Annotated[bytes, Depends(raw_body)]
TheRates = Annotated[Rates, Depends(rates_of)]
