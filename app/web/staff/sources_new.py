"""Connecting a platform, step by step: which one, what it needs, what to paste there, and the first delivery."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import sources
from app.lms import ADAPTERS
from app.service import Service
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Staff
from app.web.staff import sources_fields as fields
from app.web.staff import sources_once as once
from app.web.staff.sources_fields import OPTION, Field
from app.web.staff.sources_platforms import LTI, PLATFORMS, Platform, options_of, ways_of
from app.web.staff.sources_shell import PAIRED, address_of, at_source, mine, scheme_of
from app.web.staff.sources_times import at_work_there

router = APIRouter(prefix="/staff/{slug}/sources", tags=["staff"], include_in_schema=False)

LONGEST_NAME = 200
LONGEST_SECRET = 1_200


@router.get("/new")
def choose_platform(request: Request, staff: Connector) -> Response:
    """The first step: which platform."""
    every = [(name, ADAPTERS[name].title, platform) for name, platform in PLATFORMS.items()]
    return at_work_there(request, "staff/sources/platforms.html", staff, platforms=every)


@router.get("/new/{source_type}")
def ask_for_settings(source_type: str, request: Request, staff: Connector, auth: str = "") -> Response:
    """The second step: what this platform needs. `auth` is the way in which it proves itself."""
    if source_type == LTI:
        return RedirectResponse(f"{staff.root}/lti/new", 303)
    platform = _platform(source_type)
    scheme = _scheme(source_type, auth)
    options = options_of(source_type, scheme)
    values = fields.fresh(platform.fields) | fields.fresh(options, prefix=OPTION)
    return _form(request, staff, source_type, scheme, values | {"name": "", "secret": ""})


@router.post("/new/{source_type}")
def make_source(source_type: str, request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Make the source, and go on to what is to be pasted at the platform."""
    scheme = _scheme(source_type, form.text("auth", most=40))
    platform, options = _platform(source_type), options_of(source_type, scheme)
    try:
        name, secret = name_of(form), form.optional("secret", most=LONGEST_SECRET)
        if secret is None and scheme in platform.makes_secret:
            raise InvalidInput(_("Paste the secret that the platform made"), pointer="/secret")
        settings = settings_of(form, platform.fields, options, scheme, {})
        made = _create(service, staff, name=name, source_type=source_type, settings=settings, secret=secret)
    except ServiceError as error:
        values = fields.typed(platform.fields, form) | fields.typed(options, form, prefix=OPTION)
        values |= {"name": form.text("name"), "secret": ""}
        refused = fields.refused(error, platform.fields, options)
        return _form(request, staff, source_type, scheme, values, refused=refused)
    path = f"{staff.root}/sources/{made.source.id}/connect"
    response = go(path)
    if made.secret is not None and secret is None:
        once.hand_over(response, service, staff, path, made.secret)
    return response


@router.get("/{source_id}/connect")
def show_steps(source_id: Id, request: Request, staff: Connector, service: TheService) -> Response:
    """The third step: what to paste at the platform. The secret is in it once, right after it was made."""
    with service.database.read() as session:
        source = mine(session, staff, source_id)
        has_secret = bool(sources.config(service.office, source).secrets)
    path = f"{staff.root}/sources/{source.id}/connect"
    secret = once.handed_over(request, service, staff, path)
    is_pair = scheme_of(source) in PAIRED
    user, _colon, password = (secret or "").partition(":") if is_pair else ("", "", "")
    address = address_of(service.office, source)
    response = at_source(
        request,
        "connect.html",
        staff,
        source,
        tab="connect",
        address=address,
        secret=secret,
        user=user or "lanyard",
        password=password,
        is_pair=is_pair,
        has_secret=has_secret,
        header=_first_header(source.settings),
        base_url=service.office.addresses.base_url,
        bare_address=address.partition("://")[2],
    )
    if secret is not None:
        once.forget(response, path)
    return response


def settings_of(
    form: Form, asked: tuple[Field, ...], options: tuple[Field, ...], scheme: str, before: dict[str, Any]
) -> dict[str, Any]:
    """The settings as a form states them; what it does not ask for stays as it was before. Raises InvalidInput."""
    names = {field.name for field in asked} | {"auth", "auth_options"}
    kept = {name: value for name, value in before.items() if name not in names}
    stated = kept | fields.read_all(asked, form) | {"auth": scheme}
    found = fields.read_all(options, form, prefix=OPTION)
    if not options and before.get("auth") == scheme:
        found = before.get("auth_options", {})  # which no form asks for; an integrator may have set it
    return stated | ({"auth_options": found} if found else {})


def name_of(form: Form) -> str:
    """What people call the connection. Raises InvalidInput."""
    name = form.text("name", most=LONGEST_NAME)
    if not name or not name.isprintable():
        raise InvalidInput(_("Give the connection a name, such as “Our Moodle”"), pointer="/name")
    return name


def _create(
    service: Service, staff: Staff, *, name: str, source_type: str, settings: dict[str, Any], secret: str | None
) -> sources.NewSource:
    with service.database.write() as session:
        return sources.create(
            session,
            service.office,
            staff.issuer(session),
            name=name,
            source_type=source_type,
            settings=settings,
            actor=staff.actor,
            secret=secret,
        )


def _form(
    request: Request,
    staff: Staff,
    source_type: str,
    scheme: str,
    values: dict[str, str],
    *,
    refused: Refusal | None = None,
) -> Response:
    platform = PLATFORMS[source_type]
    return at_work_there(
        request,
        "staff/sources/new.html",
        staff,
        refused=refused,
        source_type=source_type,
        title=ADAPTERS[source_type].title,
        platform=platform,
        proofs=ways_of(source_type),
        scheme=scheme,
        asked=platform.fields,
        options=options_of(source_type, scheme),
        makes_secret=scheme in platform.makes_secret,
        values=values,
    )


def _platform(source_type: str) -> Platform:
    platform = PLATFORMS.get(source_type)
    if platform is None or source_type == LTI:
        raise NotFound(_("There is no such platform"))
    return platform


def _scheme(source_type: str, stated: str) -> str:
    """The way that was chosen, or the recommended one. Raises NotFound for a platform that is not there."""
    _platform(source_type)
    known = [way.scheme for way in ways_of(source_type)]
    return stated if stated in known else known[0]


def _first_header(settings: dict[str, Any]) -> str:
    named = settings.get("auth_options", {}).get("headers") or ["X-Lanyard-Key"]
    return str(named[0])
