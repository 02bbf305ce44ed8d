"""Lead a browser to the identity provider with a question of ours, and remember in that browser which one it was."""

from __future__ import annotations

import hashlib

import structlog
from fastapi import Request
from fastapi.responses import Response

from app.errors import FetchFailed, NotFound
from app.issuing.accounts import identities
from app.issuing.accounts.identities import QuestionPurpose
from app.outbound.oidc import Provider
from app.service import Service
from app.web.inside import Refusal, inside
from app.web.languages import gettext as _
from app.web.signed_in import Visitor

log = structlog.get_logger()

COOKIE_SECONDS = identities.MINUTES * 60


def ask(
    request: Request,
    service: Service,
    provider: Provider | None,
    perhaps: Visitor | None,
    purpose: QuestionPurpose,
    *,
    next_path: str,
    invitation: str | None = None,
) -> Response:
    """The page that leads on to the provider by itself: our policy lets no form go elsewhere.

    `perhaps` is who asks; for a link or a confirmation it is they who have to come back. Raises NotFound, FetchFailed.
    """
    asked, is_anew = present(provider), purpose is QuestionPurpose.CONFIRM
    is_theirs = purpose in {QuestionPurpose.LINK, QuestionPurpose.CONFIRM}
    account_id = perhaps.account_id if perhaps is not None and is_theirs else None
    with service.database.write() as session:
        state, question = identities.begin(
            session, service.office, purpose, next_path=next_path, account_id=account_id, invitation=invitation
        )
    url = asked.address(state=state, nonce=question.nonce, verifier=question.verifier, is_anew=is_anew)
    response = inside(request, "account/to_provider.html", perhaps, url=url)
    response.set_cookie(
        cookie_of(state),
        state,
        max_age=COOKIE_SECONDS,
        path="/oidc",
        httponly=True,
        samesite="lax",  # the answer is a link that the provider's page follows
        secure=service.settings.public_base_url.startswith("https://"),
    )
    return response


def cookie_of(state: str) -> str:
    """The name of the cookie of one question: several may be open in one browser."""
    return "oidc-" + hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def present(provider: Provider | None) -> Provider:
    """The provider. Raises NotFound where none is set up."""
    if provider is None:
        raise NotFound("No identity provider is set up here")
    return provider


def unreachable(error: FetchFailed) -> Refusal:
    """What to say when the provider does not answer; why is for the log."""
    log.warning("identity provider not reached", reason=error.reason)
    sentence = _("Your provider cannot be reached at present. Try again in a while, or sign in another way")
    return Refusal(sentence, "", 502)
