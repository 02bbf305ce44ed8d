"""Who calls for a holder: a program that was let in, with an access token that allows just this."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials

from app import clock
from app.errors import Busy, NotAllowed, NotAuthenticated
from app.issuing.badge_connect import V3_SCOPES, V21_SCOPES, ConnectClient, May, grants, scopes, tokens
from app.web.api.authentication import NOTED_AGAIN_AFTER, bearer, refuse_key_in_address
from app.web.deps import TheRates, TheService


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom, and by which program, by the holder's word."""

    account_id: str
    client_host: str
    client_id: str
    grant_id: str


@dataclass(frozen=True, slots=True, eq=False)
class _Requires:
    """A dependency that lets programs through which the holder allows this, by a scope of this version."""

    may: May
    of_version: Mapping[str, May]

    def __call__(
        self,
        request: Request,
        service: TheService,
        rates: TheRates,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> Caller:
        """The caller. Raises KeyInAddress, NotAuthenticated, NotAllowed, RateLimited."""
        refuse_key_in_address(request)
        if credentials is None:
            raise NotAuthenticated("Send an access token of this server as: Authorization: Bearer …")
        with service.database.read() as session:
            token, grant = tokens.authenticate(session, credentials.credentials)
            host = session.get_one(ConnectClient, grant.client_id).host
        if not scopes.is_allowed(token.scopes, self.may, in_version=dict(self.of_version)):
            wanted = next(each for each, may in self.of_version.items() if may is self.may)
            raise NotAllowed(f"This needs the scope {wanted}, which the holder did not grant", scope=wanted)
        rates.exchange_badges(f"{grant.account_id} {grant.client_id}")
        if self.may is May.ADD_BADGES:  # each of which is judged, and may ask strangers' hosts
            rates.look_up_for(grant.account_id)
        if grant.last_used_at is None or clock.now() - grant.last_used_at > NOTED_AGAIN_AFTER:
            # A busy database must not turn anybody away because of a note.
            with suppress(Busy), service.database.write() as session:
                grants.note_use(session, grant.id)
        return Caller(grant.account_id, host, grant.client_id, grant.id)


BadgeReader = Annotated[Caller, Depends(_Requires(May.READ_BADGES, V3_SCOPES))]
BadgeWriter = Annotated[Caller, Depends(_Requires(May.ADD_BADGES, V3_SCOPES))]
ProfileReader = Annotated[Caller, Depends(_Requires(May.READ_PROFILE, V3_SCOPES))]
ProfileWriter = Annotated[Caller, Depends(_Requires(May.CHANGE_PROFILE, V3_SCOPES))]
AssertionReader = Annotated[Caller, Depends(_Requires(May.READ_BADGES, V21_SCOPES))]
AssertionWriter = Annotated[Caller, Depends(_Requires(May.ADD_BADGES, V21_SCOPES))]
Profile21Reader = Annotated[Caller, Depends(_Requires(May.READ_PROFILE, V21_SCOPES))]
