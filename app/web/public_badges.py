"""The door to a badge: one address, for people as a page, for programs as the stored bytes in every signed form."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.credentials import baking
from app.errors import Gone, NotFound
from app.issuing import awards, images
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.office import Office
from app.projections.typesetting import Paper
from app.service import Service
from app.web import badge_sheets, counting, languages, negotiation
from app.web.badge_view import badge_view, file_stem
from app.web.deps import TheService
from app.web.headers import DRAWING_POLICY
from app.web.negotiation import CERTIFICATE, CREDENTIAL_JSON, CREDENTIAL_JWT, DRAWING, PAGE, PICTURE, Chosen, Form
from app.web.pages import page
from app.web.representations import Alternate, Representation, is_id, respond
from app.web.share_view import share_view

router = APIRouter(tags=["public"], include_in_schema=False)

FORMS = (PAGE, CREDENTIAL_JSON, CREDENTIAL_JWT, PICTURE, DRAWING, CERTIFICATE)
FILES = (CREDENTIAL_JSON, CREDENTIAL_JWT, PICTURE, DRAWING, CERTIFICATE)
REFRESHED = (CREDENTIAL_JSON, CREDENTIAL_JWT)
NOTHING_HERE = "There is nothing at this address"


@router.get("/b/{name}")
def badge(name: str, request: Request, service: TheService) -> Response:
    """The badge in the form that the suffix names, else the one that `Accept` asks for. 404 also for a private one."""
    award_id, chosen = form_of(name, request.headers.get("accept"))
    if chosen.form is CERTIFICATE:
        return _certificate(request, service, award_id, is_negotiated=award_id == name)
    with service.database.read() as session:
        award = visible(session, award_id)
        links = alternates(service.office, award)
        if chosen.form is not PAGE:
            form = _file(session, award, chosen, links, is_negotiated=award_id == name)
            counting.note_file(request, award_id)
            return respond(request, form)
        view = badge_view(session, service.office, award, now=clock.now())
    counting.note_page(request, award_id)
    own = (Alternate(view.url, negotiation.HTML), *links)
    share = share_view(view, base_url=service.office.addresses.base_url)
    return page(request, "badge.html", indexed=view.is_public, negotiated=True, alternates=own, badge=view, share=share)


@router.get("/b/{award_id}/refresh")
def newest_form(award_id: str, request: Request, service: TheService) -> Response:
    """The newest signed form of a badge, as its refresh service: JSON, or the token where `Accept` asks (OB3-85).

    Who holds an older form comes here; nobody has to say who he is. 404 also for a private badge, which leaves the
    older form as it is: a refresh that fails must not fail the badge.
    """
    if not is_id(award_id):
        raise NotFound(NOTHING_HERE)
    chosen = negotiation.choose(request.headers.get("accept"), REFRESHED)
    with service.database.read() as session:
        award = visible(session, award_id)
        links = alternates(service.office, award)
        return respond(request, _file(session, award, chosen, links, is_negotiated=True))


def form_of(name: str, accept: str | None) -> tuple[str, Chosen]:
    """The award's id and the form asked for: a suffix wins whatever `Accept` says (B95). Raises NotFound."""
    award_id, dot, suffix = name.partition(".")
    if not is_id(award_id):
        raise NotFound(NOTHING_HERE)
    if not dot:
        return award_id, negotiation.choose(accept, FORMS)
    for form in FILES:
        if form.suffix == f".{suffix}":
            return award_id, Chosen(form, negotiation.media_type_of(accept, form))
    raise NotFound(NOTHING_HERE)


def visible(session: Session, award_id: str) -> Award:
    """The award if whoever has the link may see it. Raises the same NotFound for a private one as for none at all.

    Raises Gone for one whose holder was erased.
    """
    award = session.get(Award, award_id)
    if award is None or award.visibility == Visibility.PRIVATE or award.state == AwardState.PENDING:
        raise NotFound(NOTHING_HERE)
    if award.erased_at is not None:
        raise Gone(awards.ERASED)
    return award


def stored(session: Session, award: Award, form: Form) -> bytes:
    """The signed bytes as they were stored; pictures are baked from stored bytes and are always the same."""
    credential = awards.credential_of(session, award)
    if form is CREDENTIAL_JWT:
        return credential.jwt
    if form is CREDENTIAL_JSON:
        return credential.json
    sha256 = awards.version_of(session, award).image_sha256
    picture = images.as_drawing(session, sha256) if form is DRAWING else images.content(session, sha256)
    return baking.bake(picture, credential.json)


def alternates(office: Office, award: Award) -> tuple[Alternate, ...]:
    """Where the files of a badge are, each under the type that it answers with by default."""
    url = office.addresses.badge(award.id)
    return tuple(Alternate(f"{url}{form.suffix}", form.media_types[0]) for form in FILES)


def _certificate(request: Request, service: Service, award_id: str, *, is_negotiated: bool) -> Response:
    """The badge as a PDF, on A4, or on Letter where `paper` asks for it. It is set after the transaction."""
    badge_sheets.speak_a_written_language()
    now = clock.now()
    paper = Paper.LETTER if request.query_params.get("paper") == "letter" else Paper.A4
    with service.database.read() as session:
        award = visible(session, award_id)
        view = badge_view(session, service.office, award, now=now)
        make = badge_sheets.certificate_of(session, award, view, paper=paper, now=now)
        links, headers = alternates(service.office, award), _headers(session, award, CERTIFICATE)
    form = Representation(
        make(), CERTIFICATE.media_types[0], is_negotiated=is_negotiated, alternates=links, headers=headers
    )
    return respond(request, form)


def _headers(session: Session, award: Award, form: Form) -> dict[str, str]:
    """What goes with a file: its name, and that an unlisted one is not for search engines."""
    headers = {"Content-Disposition": f'inline; filename="{file_stem(session, award)}{form.suffix}"'}
    if award.visibility != Visibility.PUBLIC:
        headers["X-Robots-Tag"] = "noindex"
    if form is DRAWING:
        headers["Content-Security-Policy"] = DRAWING_POLICY
    if form is CERTIFICATE:
        headers["Content-Language"] = languages.current().tag  # it is written for its reader, as the page is
    return headers


def _file(
    session: Session, award: Award, chosen: Chosen, links: tuple[Alternate, ...], *, is_negotiated: bool
) -> Representation:
    # Also a suffix leaves the choice among the names of its type, so `Accept` matters there too, except for pictures.
    varies = is_negotiated or len(chosen.form.media_types) > 1
    return Representation(
        stored(session, award, chosen.form),
        chosen.media_type,
        is_negotiated=varies,
        alternates=links,
        headers=_headers(session, award, chosen.form),
    )
