"""Sign in with an identity provider (OIDC): lead the browser there, and take the answer once.

The answer comes by GET, as the protocol has it; it counts only in the browser that asked, once, within ten minutes.
"""

from __future__ import annotations

import hmac
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.credentials.id_tokens import IdToken
from app.errors import (
    AlreadyExists,
    FetchFailed,
    Gone,
    InvalidInput,
    NotFound,
    SignInRefused,
)
from app.issuing.accounts import Strength, identities, people, second_factors, sessions
from app.issuing.accounts.identities import Question, QuestionPurpose
from app.outbound.oidc import REFUSED
from app.service import Service
from app.web import signed_in
from app.web.deps import TheProvider, TheRates, TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, inside, refusal
from app.web.languages import gettext as _
from app.web.provider_questions import ask, cookie_of, present, unreachable
from app.web.signed_in import Perhaps, Visitor, safe_path
from app.web.staff.account.overview import account_page
from app.web.staff.sign_in import confirm_page

router = APIRouter(prefix="/oidc", tags=["learner"], include_in_schema=False)
log = structlog.get_logger()

FRESH_SECONDS = 300  # how long ago the provider may have asked, where it is to ask anew
_OF_ANYBODY = (QuestionPurpose.LEARNER, QuestionPurpose.STAFF, QuestionPurpose.JOIN)


@router.post("/start")
def start(
    request: Request, *, form: Sent, perhaps: Perhaps, service: TheService, provider: TheProvider, rates: TheRates
) -> Response:
    """Ask the provider who comes: to see their badges, to work here, or to take up an invitation."""
    rates.sign_in(request)
    purpose = _purpose(form.text("purpose"))
    next_path = safe_path(form.text("next"), otherwise="/me" if purpose is QuestionPurpose.LEARNER else "/staff")
    try:
        invitation = form.optional("invitation", most=200)
        return ask(request, service, provider, perhaps, purpose, next_path=next_path, invitation=invitation)
    except FetchFailed as error:
        return _refused(request, service, perhaps, (purpose, next_path), unreachable(error))


@router.get("/answer")
def answer(request: Request, perhaps: Perhaps, service: TheService, provider: TheProvider, rates: TheRates) -> Response:
    """Take the provider's answer, once, in the browser that asked."""
    rates.sign_in(request)
    asked, told = present(provider), request.query_params
    state, code = told.get("state", ""), told.get("code", "")
    if not hmac.compare_digest(request.cookies.get(cookie_of(state), "").encode(), state.encode()) or not state:
        raise NotFound(identities.OVER)
    with service.database.write() as session:
        question = identities.take(session, service.office, state)
    try:
        asked.refuse_another(told.get("iss"))
        _refuse_none(code, told.get("error"))
        said = asked.exchange(code, verifier=question.verifier, nonce=question.nonce, now=clock.now())
        response = _act(request, service, question, said, perhaps)
    except FetchFailed as failed:
        refused = unreachable(failed)
        response = _refused(request, service, perhaps, (question.purpose, question.next_path), refused)
    except (SignInRefused, AlreadyExists, InvalidInput, NotFound, Gone) as failed:
        log.warning("sign-in refused", purpose=question.purpose, reason=getattr(failed, "reason", failed.slug))
        refused = refusal(failed)
        response = _refused(request, service, perhaps, (question.purpose, question.next_path), refused)
    response.delete_cookie(cookie_of(state), path="/oidc")
    return response


def _refuse_none(code: str, error: str | None) -> None:
    if error is not None or not code:
        raise SignInRefused(_("Your provider signed nobody in"), reason=f"the provider says {str(error)[:80]}")


def _act(request: Request, service: Service, question: Question, said: IdToken, perhaps: Visitor | None) -> Response:
    match question.purpose:
        case QuestionPurpose.LEARNER:
            with service.database.write() as session:
                account = identities.of_learner(session, said)
                token = sessions.begin(session, account, Strength.LINK, browser=signed_in.browser_of(request))
            return _entered(service, question.next_path, token, Strength.LINK)
        case QuestionPurpose.STAFF | QuestionPurpose.JOIN:
            return _staff(request, service, question, said)
        case QuestionPurpose.LINK:
            with service.database.write() as session:
                account = people.by_id(session, _same(question, perhaps).account_id)
                identities.link(session, account, said)
            return go("/staff/account", _("From now on you can sign in this way."))
        case QuestionPurpose.CONFIRM:
            person = _same(question, perhaps)
            fresh = said.authenticated_at is not None and said.authenticated_at >= _oldest()
            with service.database.write() as session:
                if not fresh or not identities.confirms(session, said, person.account_id):
                    raise SignInRefused(REFUSED, reason="it is another person, or was not asked anew")
                sessions.confirm(session, person.session.session_id)
            return go(question.next_path)


def _staff(request: Request, service: Service, question: Question, said: IdToken) -> Response:
    is_sure = service.settings.oidc_trust_mfa and "mfa" in said.methods
    strength = Strength.TWO_FACTORS if is_sure else Strength.PASSWORD
    next_path = question.next_path
    with service.database.write() as session:
        if question.purpose is QuestionPurpose.JOIN:
            account, issuer = identities.join(session, service.office, question.invitation or "", said)
            next_path = f"/staff/{issuer.slug}"
        else:
            account = identities.of_staff(session, said)
        needs_code = not is_sure and second_factors.has_one(session, account)
        token = sessions.begin(session, account, strength, browser=signed_in.browser_of(request))
    where = f"/staff/sign-in/code?next={quote(next_path, safe='')}" if needs_code else next_path
    return _entered(service, where, token, strength)


def _entered(service: Service, where: str, token: str, strength: Strength) -> Response:
    response = go(where)
    signed_in.sign_in(response, service, token, strength)
    return response


def _refused(
    request: Request,
    service: Service,
    perhaps: Visitor | None,
    asked: tuple[QuestionPurpose, str],
    refused: Refusal,
) -> Response:
    """The page from which was asked, with what went wrong."""
    purpose, next_path = asked
    if perhaps is not None and purpose is QuestionPurpose.LINK:
        return account_page(request, service, perhaps, refused=refused)
    if perhaps is not None and purpose is QuestionPurpose.CONFIRM:
        return confirm_page(request, service, perhaps, next_path, refused=refused)
    template = "account/sign_in.html" if purpose is QuestionPurpose.LEARNER else "account/staff_sign_in.html"
    return inside(request, template, None, refused=refused, email="", next=next_path)


def _purpose(stated: str) -> QuestionPurpose:
    """What anybody may ask for; the rest is asked from pages of its own."""
    found = next((each for each in _OF_ANYBODY if each == stated), None)
    if found is None:
        raise InvalidInput("There is no such way to sign in", pointer="/purpose")
    return found


def _same(question: Question, perhaps: Visitor | None) -> Visitor:
    """Whoever asked, and still sits there. Raises SignInRefused."""
    if perhaps is None or perhaps.account_id != question.account_id or perhaps.session.strength < Strength.PASSWORD:
        raise SignInRefused(REFUSED, reason="somebody else is signed in now")
    return perhaps


def _oldest() -> int:
    return int(clock.now().timestamp()) - FRESH_SECONDS
