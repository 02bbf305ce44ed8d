"""Settings of a source that is there: its name, how it is read and proves itself, how long raw bytes are kept."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, ServiceError
from app.issuing import sources
from app.issuing.sources import NewSource, Source
from app.service import Service
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Staff
from app.web.staff import sources_fields as fields
from app.web.staff import sources_once as once
from app.web.staff.sources_fields import OPTION, Field, Kind
from app.web.staff.sources_new import LONGEST_SECRET, name_of, settings_of
from app.web.staff.sources_platforms import LTI, PLATFORMS, options_of, ways_of
from app.web.staff.sources_shell import PAIRED, at_source, mine, scheme_of

router = APIRouter(prefix="/staff/{slug}/sources/{source_id}", tags=["staff"], include_in_schema=False)

KEPT = Field("raw_kept_days", "", "", Kind.NUMBER)


@router.get("/settings")
def show_settings(source_id: Id, request: Request, staff: Connector, service: TheService, auth: str = "") -> Response:
    """The form with what holds now; `auth` asks for another way to prove itself."""
    with service.database.read() as session:
        source = mine(session, staff, source_id)
    scheme = _scheme(source, auth)
    options = options_of(source.type, scheme)
    set_options = source.settings.get("auth_options", {}) if scheme == scheme_of(source) else {}
    values = fields.of_settings(PLATFORMS[source.type].fields, source.settings)
    values |= fields.of_settings(options, set_options, prefix=OPTION)
    if scheme != scheme_of(source):
        values |= fields.fresh(options, prefix=OPTION)
    return _form(request, staff, source, scheme, values | {"name": source.name, "raw_kept_days": _kept(source)})


@router.post("/settings")
def change_settings(source_id: Id, request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Change them. A way that needs another secret gets a new one, shown once on the next page."""
    with service.database.read() as session:
        source = mine(session, staff, source_id)
    scheme = _scheme(source, form.text("auth", most=40))
    asked, options = PLATFORMS[source.type].fields, options_of(source.type, scheme)
    given = None
    try:
        given = form.optional("secret", most=LONGEST_SECRET)
        made = _change(service, staff, source_id, form=form, scheme=scheme, given=given)
    except ServiceError as error:
        values = fields.typed(asked, form) | fields.typed(options, form, prefix=OPTION)
        values |= {"name": form.text("name"), "raw_kept_days": form.text("raw_kept_days")}
        return _form(request, staff, source, scheme, values, refused=fields.refused(error, asked, options))
    if made.secret is None or given is not None:
        return go(f"{staff.root}/sources/{source_id}", _("The settings were saved."))
    path = f"{staff.root}/sources/{source_id}/secrets"
    response = go(path, _("The settings were saved. This way needs another secret, which is shown here once."))
    once.hand_over(response, service, staff, path, made.secret)
    return response


@router.get("/secrets")
def show_secrets(source_id: Id, request: Request, staff: Connector, service: TheService) -> Response:
    """How many secrets hold; a new one is on the page once."""
    with service.database.read() as session:
        source = mine(session, staff, source_id)
        count = len(sources.config(service.office, source).secrets)
    path = f"{staff.root}/sources/{source_id}/secrets"
    secret = once.handed_over(request, service, staff, path)
    response = _secrets(request, staff, source, count, secret=secret)
    if secret is not None:
        once.forget(response, path)
    return response


@router.post("/secrets")
def add_secret(source_id: Id, request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Add a secret beside the one that holds; of two, the older one goes."""
    given = form.optional("secret", most=LONGEST_SECRET)
    try:
        with service.database.write() as session:
            source = mine(session, staff, source_id)
            made = sources.rotate_secret(session, service.office, source, actor=staff.actor, secret=given)
    except InvalidInput as error:
        with service.database.read() as session:
            source = mine(session, staff, source_id)
            count = len(sources.config(service.office, source).secrets)
        return _secrets(request, staff, source, count, refused=fields.refused(error, (), ()))
    path = f"{staff.root}/sources/{source_id}/secrets"
    response = go(path, _("The new secret holds. The one before holds too, until you end it."))
    if given is None and made.secret is not None:
        once.hand_over(response, service, staff, path, made.secret)
    return response


@router.post("/secrets/old")
def end_old_secret(source_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Let only the newest secret hold."""
    del form
    with service.database.write() as session:
        sources.drop_old_secret(session, service.office, mine(session, staff, source_id), actor=staff.actor)
    return go(f"{staff.root}/sources/{source_id}/secrets", _("Only the newest secret holds now."))


def _change(service: Service, staff: Staff, source_id: str, *, form: Form, scheme: str, given: str | None) -> NewSource:
    with service.database.write() as session:
        source = _editable(session, staff, source_id)
        settings = settings_of(
            form, PLATFORMS[source.type].fields, options_of(source.type, scheme), scheme, source.settings
        )
        days = KEPT.read(form)
        sources.set_raw_kept_days(session, source, days, actor=staff.actor)
        return sources.change(
            session,
            service.office,
            source,
            name=name_of(form),
            settings=settings,
            actor=staff.actor,
            secret=given,
        )


def _form(
    request: Request,
    staff: Staff,
    source: Source,
    scheme: str,
    values: dict[str, str],
    *,
    refused: Refusal | None = None,
) -> Response:
    platform = PLATFORMS[source.type]
    return at_source(
        request,
        "settings.html",
        staff,
        source,
        tab="settings",
        refused=refused,
        platform=platform,
        proofs=ways_of(source.type),
        chosen=scheme,
        asked=platform.fields,
        options=options_of(source.type, scheme),
        values=values,
        most_kept_days=sources.MOST_KEPT_DAYS,
    )


def _secrets(
    request: Request,
    staff: Staff,
    source: Source,
    count: int,
    *,
    secret: str | None = None,
    refused: Refusal | None = None,
) -> Response:
    is_pair = scheme_of(source) in PAIRED
    user, _colon, password = (secret or "").partition(":") if is_pair else ("", "", "")
    return at_source(
        request,
        "secrets.html",
        staff,
        source,
        tab="secrets",
        refused=refused,
        count=count,
        secret=secret,
        is_pair=is_pair,
        user=user,
        password=password,
    )


def _scheme(source: Source, stated: str) -> str:
    known = [way.scheme for way in ways_of(source.type)]
    return stated if stated in known else scheme_of(source)


def _kept(source: Source) -> str:
    return "" if source.raw_kept_days is None else str(source.raw_kept_days)


def _editable(session: Session, staff: Staff, source_id: str) -> Source:
    """The source, unless what it is like is told by its platform. Raises InvalidInput and NotFound."""
    source = mine(session, staff, source_id)
    if source.type == LTI:
        raise InvalidInput(_("What an LTI platform is like, it says itself; switch it off or on at its page"))
    return source
