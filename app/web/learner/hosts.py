"""My badges elsewhere: hosts to which I send badges, what came of each, and the end of it.

A host is asked in a lane of its own, as it may be slow; that it is somebody's page is known only from its own answer.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.errors import Busy, FetchFailed, InvalidInput, NotFound, RateLimited, ServiceError
from app.issuing import hosts
from app.issuing.hosts import Connected, Host
from app.outbound import hosts as outside
from app.outbound.network import Network
from app.service import Service
from app.web.deps import JudgingLane, TheNetwork, TheRates, TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.pages import static_url
from app.web.representations import is_id
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/hosts", tags=["learner"], include_in_schema=False)
log = structlog.get_logger()

HOME = "/me/hosts"


@router.get("")
def my_hosts(request: Request, person: Person, service: TheService) -> Response:
    """The hosts that I am connected with, and a form for another."""
    return _list(request, person, service)


@router.post("")
async def connect(
    request: Request,
    *,
    form: Sent,
    person: Person,
    service: TheService,
    network: TheNetwork,
    rates: TheRates,
    lane: JudgingLane,
) -> Response:
    """Look the host up, register there unless that was done, and lead the browser there to agree."""
    try:
        rates.look_up(request)
        address = form.needed("address", _("Say where the host is"), most=1_000)
        host = await lane.run(partial(_host_at, service, network, address))
    except (InvalidInput, RateLimited, Busy) as error:
        return _list(request, person, service, refused=error, form=form)
    return _to_host(request, person, service, host)


@router.get("/answer/{host_id}")
async def answer(
    request: Request, host_id: str, *, person: Person, service: TheService, network: TheNetwork, lane: JudgingLane
) -> Response:
    """Take the host's answer, once, for the account that asked."""
    told = request.query_params
    try:
        found = await lane.run(
            partial(
                _answered,
                service,
                network,
                person,
                _checked(host_id),
                state=told.get("state", ""),
                code=told.get("code", ""),
                issuer=told.get("iss"),
            )
        )
    except (InvalidInput, Busy) as error:
        return _list(request, person, service, refused=error)
    return go(f"{HOME}/{found.connection.id}", _("You are connected. Choose the badges that go there."))


@router.get("/{connection_id}")
def one_host(request: Request, connection_id: str, person: Person, service: TheService) -> Response:
    """My badges, and what became of each at this host."""
    return _one(request, person, service, connection_id)


@router.post("/{connection_id}/send")
def send(request: Request, connection_id: str, form: Sent, person: Person, service: TheService) -> Response:
    """Send badges there."""
    try:
        with service.database.write() as session:
            connected = hosts.connecting.mine(session, person.account_id, _checked(connection_id))
            count = hosts.pushing.choose(session, connected, form.many("award"))
    except InvalidInput as error:
        return _one(request, person, service, connection_id, refused=error)
    return go(
        f"{HOME}/{connection_id}",
        ngettext("%(num)s badge is on its way.", "%(num)s badges are on their way.", count),
    )


@router.post("/{connection_id}/again")
def agree_again(request: Request, connection_id: str, form: Sent, person: Person, service: TheService) -> Response:
    """Lead the browser to the host once more."""
    del form
    with service.database.read() as session:
        host = hosts.connecting.mine(session, person.account_id, _checked(connection_id)).host
    return _to_host(request, person, service, host)


@router.post("/{connection_id}/end")
def end(connection_id: str, form: Sent, person: Person, service: TheService) -> Response:
    """Send nothing there any more."""
    del form
    with service.database.write() as session:
        connected = hosts.connecting.mine(session, person.account_id, _checked(connection_id))
        hosts.connecting.end(session, connected)
        name = connected.host.name
    return go(HOME, _("Nothing is sent to %(host)s any more.", host=name))


def _host_at(service: Service, network: Network | None, address: str) -> Host:
    """The host, at which this service is registered from now on. Raises InvalidInput, the same for every cause (T8)."""
    try:
        about = outside.discover(address, network=network)
        with service.database.write() as session:
            found = hosts.connecting.find(session, about.discovery_url)
            if found is not None:
                return hosts.connecting.renew(session, service.office, found.id, about)
        host_id = clock.new_id()
        client_id, secret = outside.register(about, _ours(service, host_id), network=network)
    except FetchFailed as error:
        log.warning("host not connected", reason=error.reason)
        raise InvalidInput(
            _("There is no host of Open Badges 3.0 at this address that takes badges, or it does not answer"),
            pointer="/address",
        ) from error
    with service.database.write() as session:
        return hosts.connecting.keep(
            session, service.office, about, host_id=host_id, client_id=client_id, secret=secret
        )


def _register_anew(service: Service, network: Network | None, host: Host) -> None:
    """Register once more at a host that does not know this service any more, so that the next try succeeds."""
    try:
        about = outside.discover(host.discovery_url, network=network)
        given = outside.register(about, _ours(service, host.id), network=network)
    except FetchFailed as error:
        log.warning("not registered anew at a host", reason=error.reason, host_id=host.id)
        return
    with service.database.write() as session:
        hosts.connecting.renew(session, service.office, host.id, about, given=given)


def _ours(service: Service, host_id: str) -> dict[str, Any]:
    base, settings = service.office.addresses.base_url, service.settings
    return outside.registration(
        base,
        _redirect_url(service, host_id),
        terms_url=settings.terms_url or f"{base}/",
        privacy_url=settings.privacy_url or f"{base}/",
        image_url=f"{base}{static_url('icon.svg')}",
    )


def _redirect_url(service: Service, host_id: str) -> str:
    """Where a host sends the browser back to: another for each, so that none passes for another (RFC 9700, 4.4)."""
    return service.office.addresses.mine(f"hosts/answer/{host_id}")


def _to_host(request: Request, person: Visitor, service: Service, host: Host) -> Response:
    with service.database.write() as session:
        asked = hosts.connecting.ask(session, service.office, person.account_id, host)
    url = outside.question_url(host, asked, _redirect_url(service, host.id))
    asks = outside.authorization_host(host)  # which people see and confirm, where it is not the host that they named
    return inside(request, "learner/host_go.html", person, host=host, url=url, asks=asks)


def _answered(
    service: Service,
    network: Network | None,
    person: Visitor,
    host_id: str,
    *,
    state: str,
    code: str,
    issuer: str | None,
) -> Connected:
    office = service.office
    with service.database.write() as session:
        host = hosts.connecting.by_id(session, host_id)
        verifier = hosts.connecting.take(session, office, state, account_id=person.account_id, host_id=host_id)
    if not code:
        raise InvalidInput(_("You did not agree at the host, so nothing is sent there"))
    if issuer is not None and not outside.is_answer_of(host, issuer):
        log.warning("answer of another host", host_id=host_id)
        raise InvalidInput(_("The host did not finish the connection. Connect once more"))
    try:
        given = outside.exchange(
            host,
            hosts.connecting.secret_of(office, host),
            code,
            verifier=verifier,
            redirect_url=_redirect_url(service, host_id),
            network=network,
        )
    except FetchFailed as error:
        log.warning("host gave no token", reason=error.reason, host_id=host_id)
        if error.reason == outside.NOT_REGISTERED:
            _register_anew(service, network, host)
        raise InvalidInput(_("The host did not finish the connection. Connect once more")) from error
    with service.database.write() as session:
        kept = hosts.connecting.connect(session, office, person.account_id, host, given.tokens, seconds=given.seconds)
        return Connected(kept, host)


def _list(
    request: Request,
    person: Visitor,
    service: Service,
    *,
    refused: ServiceError | None = None,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        found = hosts.connecting.of_account(session, person.account_id)
    given = {} if form is None else {name: values[-1] for name, values in form.fields.items()}
    said = None if refused is None else refusal(refused)
    return inside(request, "learner/hosts.html", person, refused=said, connected=found, given=given)


def _one(
    request: Request,
    person: Visitor,
    service: Service,
    connection_id: str,
    *,
    refused: ServiceError | None = None,
) -> Response:
    with service.database.read() as session:
        connected = hosts.connecting.mine(session, person.account_id, _checked(connection_id))
        lines = hosts.pushing.lines(session, connected)
    said = None if refused is None else refusal(refused)
    return inside(request, "learner/host.html", person, refused=said, connected=connected, lines=lines)


def _checked(name: str) -> str:
    if not is_id(name):
        raise NotFound(hosts.connecting.NOTHING_HERE)
    return name
