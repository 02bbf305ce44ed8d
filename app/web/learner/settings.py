"""My account: addresses, language, browsers, names, mails, health-record systems, and programs that are let in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import badge_connect, consent, issuers, watches
from app.issuing.accounts import AccountAddress, WebSession, links, people, sessions
from app.issuing.badge_connect.grants import LetIn
from app.issuing.holding import NameRequest, NameState, mail_choices, names, shelf
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, sharing
from app.issuing.watches import WatchLine
from app.service import Service
from app.web.deps import TheRates, TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import LANGUAGES, current, ngettext, remember, use
from app.web.languages import gettext as _
from app.web.learner.choices import told_of_name
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/settings", tags=["learner"], include_in_schema=False)

HOME = "/me/settings"


@dataclass(frozen=True, slots=True)
class AtIssuer:
    """What one issuer knows and does: the name, whether it shows, wishes for another one, mails that gather."""

    learner: Learner
    issuer: Issuer
    requests: Sequence[NameRequest]
    wants_digests: bool
    is_record_shared: bool

    @property
    def waiting(self) -> NameRequest | None:
        """The wish that waits for an answer; None = none does."""
        return next((each for each in self.requests if each.state == NameState.WAITING), None)


@dataclass(frozen=True, slots=True)
class Mine:
    """Everything on the page."""

    addresses: Sequence[AccountAddress]
    browsers: Sequence[WebSession]
    this_browser: str
    at_issuers: Sequence[AtIssuer]
    watched: Sequence[WatchLine]
    apps: Sequence[LetIn]


@router.get("")
def my_account(request: Request, person: Person, service: TheService) -> Response:
    """The page."""
    return _page(request, person, service)


@router.post("/addresses")
def add_address(request: Request, form: Sent, person: Person, service: TheService, rates: TheRates) -> Response:
    """Mail a link that confirms one more address; what is said is the same, whosever it is."""
    rates.sign_in(request)

    def act(session: Session) -> str:
        account = people.by_id(session, person.account_id)
        email = form.text("email", most=320)
        links.ask_for_address(session, service.office, account, email, language=current().tag)
        return _("We sent a link to %(email)s. Open it in this browser to confirm the address.", email=email)

    return _do(request, person, service, act, about="email", form=form)


@router.post("/addresses/remove")
def remove_address(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Take an address away, and with it the badges that came to it."""

    def act(session: Session) -> str:
        account = people.by_id(session, person.account_id)
        people.remove_address(session, account, form.text("address", most=320))
        return _("The address was removed. Badges that came to it are not among yours any more.")

    return _do(request, person, service, act, about="addresses")


@router.post("/browsers/end")
def end_browsers(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Sign one other browser out, or all others."""

    def act(session: Session) -> str:
        which = form.text("browser", most=64)
        mine = [each.token_sha256 for each in sessions.of_account(session, person.account_id)]
        if which == "others":
            count = sessions.end_all(session, person.account_id, but=person.session.session_id)
            return ngettext("%(num)s other browser was signed out.", "%(num)s other browsers were signed out.", count)
        if which not in mine:
            raise NotFound(shelf.NO_SUCH_BADGE)
        sessions.end(session, which)
        return _("The browser was signed out.")

    return _do(request, person, service, act, about="browsers")


@router.post("/names/shown")
def show_name(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Show the name on all badges of one issuer, or on none."""

    def act(session: Session) -> str:
        learner = shelf.my_learner(session, person.account_id, form.text("learner", most=22))
        is_shown = form.text("shown") == "yes"
        count = consent.change(session, service.office, learner, actor=person.actor, name_shown=is_shown)
        return told_of_name(is_shown=is_shown, count=count)

    return _do(request, person, service, act, about="names")


@router.post("/names")
def ask_for_name(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Ask one issuer for another name."""

    def act(session: Session) -> str:
        learner = shelf.my_learner(session, person.account_id, form.text("learner", most=22))
        note = form.optional("note", most=2_000)
        names.ask(session, learner, form.text("name", most=names.LONGEST), note=note, actor=person.actor)
        return _("The issuer was asked. You get a mail when they have decided.")

    return _do(request, person, service, act, about=f"name-{form.text('learner', most=22)}", form=form)


@router.post("/names/withdraw")
def withdraw_name(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Take the wish for another name back."""

    def act(session: Session) -> str:
        learner = shelf.my_learner(session, person.account_id, form.text("learner", most=22))
        names.withdraw(session, learner, form.text("request", most=22), actor=person.actor)
        return _("You took your wish back; the name stays as it is.")

    return _do(request, person, service, act, about="names")


@router.post("/mail")
def choose_mail(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Have mails that gather several badges of one issuer, or have them no more."""

    def act(session: Session) -> str:
        learner = shelf.my_learner(session, person.account_id, form.text("learner", most=22))
        is_wanted = form.text("digests") == "yes"
        mail_choices.choose_digests(session, service.office, learner, wanted=is_wanted, actor=person.actor)
        if is_wanted:
            return _("You get mails that gather several badges again.")
        return _("You get no more mails that gather several badges.")

    return _do(request, person, service, act, about="mail")


@router.post("/language")
def choose_language(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Have the pages in this browser, and all mails, in a language."""
    tag = form.text("to", most=35)

    def act(session: Session) -> str:
        if tag not in LANGUAGES:
            raise InvalidInput(_("Choose one of the languages"), pointer="/to")
        people.speak(session, people.by_id(session, person.account_id), tag)
        use(tag)
        return _("Pages and mails are in this language from now on.")

    response = _do(request, person, service, act, about="language")
    if tag in LANGUAGES:
        remember(response, tag)
    return response


@router.post("/health-records")
def choose_health_records(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Let health-record systems read of me at one issuer, or let them no more."""

    def act(session: Session) -> str:
        learner = shelf.my_learner(session, person.account_id, form.text("learner", most=22))
        if form.text("shared") == "yes":
            sharing.share(session, learner, actor=person.actor)
            return _("Health-record systems may read of you from now on.")
        sharing.withdraw(session, learner, actor=person.actor)
        return _("No health-record system is told of you any more.")

    return _do(request, person, service, act, about="health-records")


@router.post("/watches")
def answer_watch(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Let an organisation be told what becomes of a badge, or end that."""

    def act(session: Session) -> str:
        watch = watches.of_account(session, person.account_id, form.text("watch", most=22))
        if form.text("act") == "agree":
            watches.agree(session, watch, actor=person.actor)
            return _("They are told from now on what becomes of this badge.")
        watches.end(session, watch, actor=person.actor, by_holder=True)
        return _("They are told nothing.")

    return _do(request, person, service, act, about="watches")


@router.post("/apps/end")
def end_app(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Let a program in no more."""

    def act(session: Session) -> str:
        client = badge_connect.grants.end(session, person.account_id, form.text("app", most=22))
        return _("%(host)s is not let in any more.", host=client.host)

    return _do(request, person, service, act, about="apps")


def _do(
    request: Request,
    person: Visitor,
    service: Service,
    act: Callable[[Session], str],
    *,
    about: str,
    form: Form | None = None,
) -> Response:
    try:
        with service.database.write() as session:
            sentence = act(session)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, person, service, refused=error, about=about, form=form)
    return go(HOME, sentence)


def _page(
    request: Request,
    person: Visitor,
    service: Service,
    *,
    refused: ServiceError | None = None,
    about: str = "",
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        mine = Mine(
            addresses=people.addresses_of(session, person.account_id),
            browsers=sessions.of_account(session, person.account_id),
            this_browser=person.session.session_id,
            watched=watches.of_holder(session, person.account_id),
            apps=badge_connect.grants.of_account(session, person.account_id),
            at_issuers=[_at_issuer(session, service, each) for each in people.learners_of(session, person.account_id)],
        )
    return inside(
        request,
        "learner/settings.html",
        person,
        refused=None if refused is None else refusal(refused),
        mine=mine,
        may_of=badge_connect.scopes.allowed,
        about=about,
        given={} if form is None else {name: values[-1] for name, values in form.fields.items()},
    )


def _at_issuer(session: Session, service: Service, learner: Learner) -> AtIssuer:
    return AtIssuer(
        learner,
        issuers.by_id(session, learner.issuer_id),
        names.of_learner(session, learner),
        mail_choices.wants_digests(session, service.office, learner),
        sharing.is_shared(session, learner),
    )
