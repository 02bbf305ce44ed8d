"""Who calls: an API key in the Authorization header, of one issuer, with the scope that the route asks for.

A key that is unknown, wrong, expired or revoked gets one and the same answer (T34). Everything that a key asks for
is looked for among its issuer's things only (T29).
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from app import clock
from app.errors import Busy, KeyInAddress, NotAuthenticated
from app.issuing import access, issuers
from app.issuing.access import Scope
from app.issuing.issuers import Issuer
from app.web.deps import TheService

NOTED_AGAIN_AFTER = timedelta(minutes=1)
_KEY_IN_QUERY = re.compile(r"lyd_[0-9A-Za-z]{12}_|(?:^|&)(?:api_?key|access_token|authorization)=", re.IGNORECASE)

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="apiKey",
    bearerFormat="lyd_…",
    description="An API key of one issuer: `lanyard api-key create`. It is shown once.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that calls and the issuer it belongs to; `actor` is how the audit log names it."""

    issuer_id: str
    key_id: str
    actor: str
    zone: ZoneInfo  # the issuer's
    scopes: frozenset[str] = frozenset()

    def issuer(self, session: Session) -> Issuer:
        """The issuer, in this transaction."""
        return issuers.by_id(session, self.issuer_id)


@dataclass(frozen=True, slots=True)
class RequiresScope:
    """A dependency that lets only keys with one scope through. Raises KeyInAddress, NotAuthenticated, NotAllowed."""

    scope: Scope

    def __call__(
        self,
        request: Request,
        service: TheService,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> Caller:
        """The caller; the use of the key is noted, to the minute."""
        refuse_key_in_address(request)
        if credentials is None:
            raise NotAuthenticated("Send a valid API key as: Authorization: Bearer lyd_…")
        with service.database.read() as session:
            key = access.authenticate(session, credentials.credentials)
            access.demand(key, self.scope)
            zone = issuers.zone_of(session, key.issuer_id)
        if key.last_used_at is None or clock.now() - key.last_used_at > NOTED_AGAIN_AFTER:
            # A busy database must not turn readers away because of a note.
            with suppress(Busy), service.database.write() as session:
                access.note_use(session, key.id)
        scopes = frozenset(key.scopes.split())
        return Caller(issuer_id=key.issuer_id, key_id=key.id, actor=f"api-key:{key.id}", zone=zone, scopes=scopes)


def caller(scope: Scope) -> RequiresScope:
    """What a route declares: who may call it."""
    return RequiresScope(scope)


Reader = Annotated[Caller, Depends(caller(Scope.READ))]
IssuerWriter = Annotated[Caller, Depends(caller(Scope.ISSUER_WRITE))]
AchievementsWriter = Annotated[Caller, Depends(caller(Scope.ACHIEVEMENTS_WRITE))]
AwardsWriter = Annotated[Caller, Depends(caller(Scope.AWARDS_WRITE))]
SourcesWriter = Annotated[Caller, Depends(caller(Scope.SOURCES_WRITE))]
LearnersEraser = Annotated[Caller, Depends(caller(Scope.LEARNERS_ERASE))]
KeysWriter = Annotated[Caller, Depends(caller(Scope.KEYS_WRITE))]
EndpointsWriter = Annotated[Caller, Depends(caller(Scope.ENDPOINTS_WRITE))]
MailWriter = Annotated[Caller, Depends(caller(Scope.MAIL_WRITE))]
ChecksWriter = Annotated[Caller, Depends(caller(Scope.CHECKS_WRITE))]
WatchesWriter = Annotated[Caller, Depends(caller(Scope.WATCHES_WRITE))]
MailReporter = Annotated[Caller, Depends(caller(Scope.MAIL_REPORT))]


def refuse_key_in_address(request: Request) -> None:
    """Raise KeyInAddress for a request with a key in its address."""
    if _KEY_IN_QUERY.search(unquote_plus(request.url.query)):
        raise KeyInAddress(
            "A key in an address ends up in logs and histories. Revoke it, and send its successor as a header"
        )
