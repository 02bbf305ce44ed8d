"""Programs that register themselves (RFC 7591): who they say they are, at which one host, and where answers go."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as random_secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing.badge_connect import scopes
from app.issuing.badge_connect.tables import ConnectClient, ConnectGrant, ConnectQuestion
from app.issuing.office import Office

# What OB 3.0 requires ("Dynamic Client Registration"); 2.1 requires the same.
ADDRESSES = ("client_uri", "logo_uri", "tos_uri", "policy_uri")
LONGEST_NAME = 200
LONGEST_URL = 2048
LONGEST_WORD = 255
LONGEST_HOST = 253  # RFC 1035, 2.3.4, without the dots at both ends
MOST_REDIRECTS = 10
UNUSED_DAYS = 60  # in which somebody lets it in: platforms register when they are set up, weeks before they are used
AT_ONCE = 500
_METHOD, _GRANTS, _RESPONSES = "client_secret_basic", {"authorization_code", "refresh_token"}, {"code"}
# Printable ASCII without what no URI holds; with it nobody can write a header or a policy of their own.
_CHARACTERS = r"[A-Za-z0-9._~!$&'()*+,=:@/%-]*"
_URL = re.compile(rf"https://[A-Za-z0-9.-]+(:[0-9]{{1,5}})?(/{_CHARACTERS})?(\?{_CHARACTERS})?")
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def register(session: Session, office: Office, stated: Mapping[str, Any]) -> tuple[ConnectClient, str]:
    """The program, and its secret, which is told once. Raises InvalidInput, whose pointer names the member.

    All addresses have to be https and at the same host (OB 3.0, 7.1): who is let in is told by that host. So it is not
    this service's own, nor where it was before: nobody is to read that this very service asks.
    """
    name = _word(stated, "client_name", LONGEST_NAME)
    for member in ("software_id", "software_version"):
        _word(stated, member, LONGEST_WORD)
    redirects = stated.get("redirect_uris")
    if not isinstance(redirects, list) or not 0 < len(redirects) <= MOST_REDIRECTS:
        sentence = f"redirect_uris has to be a list of 1 to {MOST_REDIRECTS} addresses"
        raise InvalidInput(sentence, pointer="/redirect_uris")
    hosts = {_host(stated.get(member), member) for member in ADDRESSES}
    hosts |= {_host(each, "redirect_uris") for each in redirects}
    if len(hosts) != 1:
        raise InvalidInput("All addresses have to be at the same host", pointer="/redirect_uris")
    if hosts & {urlsplit(each.base_url).hostname for each in office.every}:
        raise InvalidInput("This is the host of this service itself", pointer="/redirect_uris")
    _refuse_other_ways(stated)
    granted = scopes.known(_scopes(stated))
    secret = random_secrets.token_urlsafe(32)
    made = ConnectClient(
        id=clock.new_id(),
        secret_sha256=_digest(secret),
        name=name,
        host=hosts.pop(),
        redirect_uris=list(redirects),
        scopes=" ".join(granted),
        stated=dict(stated),
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made, secret


def find(session: Session, client_id: str) -> ConnectClient | None:
    """The program with this id; None = there is none."""
    return session.get(ConnectClient, client_id) if _ID.fullmatch(client_id) else None


def has_secret(client: ConnectClient, secret: str) -> bool:
    """Whether this is the program's secret."""
    return hmac.compare_digest(client.secret_sha256, _digest(secret))


def forget_unused(session: Session) -> int:
    """Delete programs that registered long ago and that nobody ever let in; how many, `AT_ONCE` at most.

    Anybody registers, as often as they like. One that is deleted registers anew.
    """
    before = clock.now() - timedelta(days=UNUSED_DAYS)
    is_asked = exists().where(ConnectQuestion.client_id == ConnectClient.id)
    is_let_in = exists().where(ConnectGrant.client_id == ConnectClient.id)
    unused = ConnectClient.created_at < before, ~is_asked, ~is_let_in
    query = select(ConnectClient.id).where(*unused).limit(AT_ONCE).with_for_update(skip_locked=True)
    ids = list(session.scalars(query))
    # Once more, now that nobody can ask in its name: it may have been let in while the row was waited for.
    gone = delete(ConnectClient).where(ConnectClient.id.in_(ids), ~is_asked, ~is_let_in).returning(ConnectClient.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())


def _refuse_other_ways(stated: Mapping[str, Any]) -> None:
    if stated.get("token_endpoint_auth_method", _METHOD) != _METHOD:
        raise InvalidInput(f"Only {_METHOD} is taken here", pointer="/token_endpoint_auth_method")
    for member, known in (("grant_types", _GRANTS), ("response_types", _RESPONSES)):
        given = stated.get(member, sorted(known))
        if not isinstance(given, list) or not given or any(each not in known for each in map(str, given)):
            raise InvalidInput(f"{member} may name {' and '.join(sorted(known))} alone", pointer=f"/{member}")
    if "authorization_code" not in stated.get("grant_types", ["authorization_code"]):
        raise InvalidInput("grant_types has to name authorization_code", pointer="/grant_types")


def _scopes(stated: Mapping[str, Any]) -> str:
    given = stated.get("scope")
    if not isinstance(given, str) or not scopes.known(given):
        raise InvalidInput("scope has to name scopes of this service, separated by blanks", pointer="/scope")
    if strange := scopes.unknown(given):
        raise InvalidInput(f"There is no scope {_plain(strange[0])} here", pointer="/scope")
    return given


def _word(stated: Mapping[str, Any], member: str, longest: int) -> str:
    given = stated.get(member)
    text = " ".join(str(given).split()) if isinstance(given, str | int | float) and not isinstance(given, bool) else ""
    if not text or len(text) > longest or not text.isprintable():
        raise InvalidInput(f"{member} has to be a text of 1 to {longest} characters", pointer=f"/{member}")
    return text


def _host(given: Any, member: str) -> str:
    if not isinstance(given, str) or len(given) > LONGEST_URL or not _URL.fullmatch(given):
        raise InvalidInput(f"{member} has to be an https address without a fragment", pointer=f"/{member}")
    host = (urlsplit(given).hostname or "").rstrip(".")  # in small letters
    if not 0 < len(host) <= LONGEST_HOST:
        raise InvalidInput(f"{member} has to name a host, of {LONGEST_HOST} characters at most", pointer=f"/{member}")
    return host


def _plain(text: str) -> str:
    """What may stand in a description of OAuth: printable ASCII without quotes (RFC 6749, 4.1.2.1)."""
    return "".join(each for each in text if " " <= each <= "~" and each not in '"\\')[:100]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
