"""What a launch says: the claims of an LTI 1.3 message whose signature holds, in our words.

Everything is checked that the specification tells a tool to check and that the signature does not cover.
Source: 1EdTech Security Framework 1.0, 5.1.3; LTI Core 1.3, 5.3 and 5.4; Deep Linking 2.0, 4.4; NRPS 2.0; AGS 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.lms.facts import LearnerFacts
from app.lms.reading import clean

VERSION = "1.3.0"
MAX_URL_CHARACTERS = 2_000
MAX_ID_CHARACTERS = 255
CLOCK_SKEW_SECONDS = 300
LONGEST_LIFE_SECONDS = 86_400
_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
_TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
# The whole of it, as it also goes into a policy of our pages: a plain host, at most a port, nothing that ends a word.
_URL = re.compile(r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?][!#-&(-:=?-~]*)?")
_TEACHING = ("#Instructor", "#Administrator", "#ContentDeveloper", "/Instructor")


class InvalidLaunch(Exception):
    """The message may not be acted on; the text says why, for the log and for whoever connects the platform."""


class Message(StrEnum):
    """What the platform asks for."""

    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"


@dataclass(frozen=True, slots=True)
class Place:
    """The course from which was launched, and where its services are; None = not offered."""

    context_id: str
    title: str | None = None
    members_url: str | None = None
    line_items_url: str | None = None
    line_item_url: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Linking:
    """What the platform says about a choice to be made: where it is sent, and what must go back with it."""

    return_url: str
    data: str | None = None
    accepts_several: bool = True


@dataclass(frozen=True, slots=True)
class Launch:
    """One launch. `learner` is None when the platform does not say who it is (an anonymous launch)."""

    message: Message
    deployment_id: str
    learner: LearnerFacts | None
    may_teach: bool
    place: Place | None = None
    linking: Linking | None = None
    resource_id: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    return_url: str | None = None


def check_message(claims: Mapping[str, Any], *, iss: str, client_id: str, nonce: str, now: datetime) -> None:
    """Whether a signed message is for us, of now, and the answer to our own question. Raises InvalidLaunch."""
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != iss:
        raise InvalidLaunch("it is of another platform")
    if not isinstance(audiences, list) or client_id not in audiences:
        raise InvalidLaunch("it is for another tool")
    if claims.get("azp", client_id) != client_id or (len(audiences) > 1 and "azp" not in claims):
        raise InvalidLaunch("it does not say that it is for this tool alone")
    if claims.get("nonce") != nonce:
        raise InvalidLaunch("it answers another question than ours")
    seconds = int(now.timestamp())
    issued, ends = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
    if issued is None or ends is None:
        raise InvalidLaunch("it does not say when it was made and when it ends")
    if not issued - CLOCK_SKEW_SECONDS <= seconds < ends + CLOCK_SKEW_SECONDS or ends - issued > LONGEST_LIFE_SECONDS:
        raise InvalidLaunch("it is not of this moment")


def read_launch(claims: Mapping[str, Any], *, iss: str) -> Launch:
    """The launch that checked claims describe. Raises InvalidLaunch."""
    try:
        message = Message(_text(claims, _LTI + "message_type") or "")
    except ValueError:
        raise InvalidLaunch("it is of a kind that this tool does not answer") from None
    if claims.get(_LTI + "version") != VERSION:
        raise InvalidLaunch("it is of another version of LTI than 1.3.0")
    deployment_id = _text(claims, _LTI + "deployment_id")
    if deployment_id is None:
        raise InvalidLaunch("it does not name its deployment")
    roles = _texts(claims.get(_LTI + "roles"))
    linking = _linking(claims.get(_LINKING)) if message is Message.DEEP_LINKING else None
    resource = _object(claims, _LTI + "resource_link")
    return Launch(
        message=message,
        deployment_id=deployment_id,
        learner=_learner(claims, iss, roles),
        may_teach=any(role.endswith(_TEACHING) for role in roles),
        place=_place(claims),
        linking=linking,
        resource_id=_text(resource, "id"),
        custom=_custom(claims),
        return_url=_url(_object(claims, _LTI + "launch_presentation").get("return_url")),
    )


def _learner(claims: Mapping[str, Any], iss: str, roles: tuple[str, ...]) -> LearnerFacts | None:
    subject = _text(claims, "sub")
    if subject is None:
        return None
    return LearnerFacts(
        namespace=iss,
        source_id=subject,
        email=_text(claims, "email"),
        sis_id=_text(_object(claims, _LTI + "lis"), "person_sourcedid"),
        display_name=_named(claims, "name"),
        given_name=_named(claims, "given_name"),
        family_name=_named(claims, "family_name"),
        is_test_user=_TEST_USER in roles,
    )


def _place(claims: Mapping[str, Any]) -> Place | None:
    context = _object(claims, _LTI + "context")
    context_id = _text(context, "id")
    if context_id is None:
        return None
    grades = _object(claims, _GRADES)
    return Place(
        context_id=context_id,
        title=_named(context, "title") or _named(context, "label"),
        members_url=_url(_object(claims, _MEMBERS).get("context_memberships_url")),
        line_items_url=_url(grades.get("lineitems")),
        line_item_url=_url(grades.get("lineitem")),
        scopes=_texts(grades.get("scope")),
    )


def _linking(value: Any) -> Linking:
    settings = value if isinstance(value, Mapping) else {}
    return_url, data = _url(settings.get("deep_link_return_url")), settings.get("data")
    if return_url is None:
        raise InvalidLaunch("it does not say where the choice is to be sent")
    if "ltiResourceLink" not in _texts(settings.get("accept_types")):
        raise InvalidLaunch("it does not take links to activities, and there is nothing else to choose here")
    if data is not None and not isinstance(data, str):
        raise InvalidLaunch("what it wants back is no text")
    return Linking(return_url, data, accepts_several=settings.get("accept_multiple") is not False)


def _custom(claims: Mapping[str, Any]) -> dict[str, str]:
    custom = _object(claims, _LTI + "custom")
    return {name: value for name, value in custom.items() if isinstance(value, str)}


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    """An identifier, or None: longer or stranger ones identify nobody here."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_ID_CHARACTERS or not value.strip().isprintable():
        return None
    return value.strip()


def _named(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return clean(value) or None if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _url(value: Any) -> str | None:
    """An address to go to, or None. Only https: what is sent there names people."""
    if not isinstance(value, str) or len(value) > MAX_URL_CHARACTERS:
        return None
    return value if _URL.fullmatch(value) else None


def _seconds(value: Any) -> int | None:
    return int(value) if not isinstance(value, bool) and isinstance(value, int | float) else None
