"""Where a badge departs from the letter of the Open Badges 3.0 data model, as its JSON Schema reads it (OB3-23).

The check `schema` refuses what makes a badge useless. This is more: every member of every class. A badge that departs
here may still be good, since the standard is milder than its schema; other programs may refuse it, and that is said.
Source: OB 3.0, "Data Models" and "JSON Schema", 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

from app.credentials.lint.vocabulary import (
    ACHIEVEMENT_TYPES,
    IDENTITY_TYPES,
    RESULT_STATUSES,
    RESULT_TYPES,
    TARGET_TYPES,
)
from app.credentials.verify.data_model.kinds import (
    Class,
    Kind,
    date,
    either,
    flag,
    instant,
    just,
    like,
    many,
    number,
    text,
    typed,
    word_of,
)

MAX_DEPARTURES = 5

_IDENTIFIERS = IDENTITY_TYPES | {"name"}  # which is left out there on purpose, and legal
_TOKEN = like(r"[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+")
_LANGUAGE = like(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_V2 = just("https://www.w3.org/ns/credentials/v2")
_VOCABULARY = like(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json")
_CONTEXTS_NEEDED = 2
_CONTEXT = either(text, Class((), {}).departures)  # an address, or definitions of any kind


def departures(document: dict[str, Any]) -> tuple[str, ...]:
    """The first places at which a badge departs, at most five; empty when it is as the schema wants it."""
    return tuple(islice(_badge(document, ""), MAX_DEPARTURES))


def _a(name: str) -> Kind:
    """An object of a class, which may be defined further down."""
    return partial(_of_class, name)


def _of_class(name: str, value: Any, place: str) -> Iterator[str]:
    yield from _CLASSES[name].departures(value, place)


def _badge(value: Any, place: str) -> Iterator[str]:
    yield from _CLASSES["AchievementCredential"].departures(value, place)


def _contexts(value: Any, place: str) -> Iterator[str]:
    """The two contexts in their order, then any others."""
    if not isinstance(value, list) or len(value) < _CONTEXTS_NEEDED:
        yield place
        return
    further = (_CONTEXT,) * (len(value) - _CONTEXTS_NEEDED)
    for position, (each, kind) in enumerate(zip(value, (_V2, _VOCABULARY, *further), strict=True)):
        yield from kind(each, f"{place}[{position}]")


def _types(*kinds: Kind) -> Kind:
    def judge(value: Any, place: str) -> Iterator[str]:
        for kind in kinds:
            yield from kind(value, place)

    return judge


def _texts(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, text)


_ENVELOPE: dict[str, Kind] = {
    "@context": _contexts,
    **_texts("id", "name", "description"),
    "awardedDate": instant,
    "issuer": either(text, _a("Profile")),
    "validFrom": instant,
    "validUntil": instant,
    # The schema wants a list; 1EdTech's own validator takes one proof alone, as most issuers write it.
    "proof": either(_a("Proof"), many(_a("Proof"))),
    "credentialSchema": many(_a("Typed")),
    # The schema has room for one; several are as common, and right by VC Data Model 2.0, 4.10.
    "credentialStatus": either(_a("Typed"), many(_a("Typed"))),
    "refreshService": _a("Typed"),
    "termsOfUse": many(_a("TermsOfUse")),
}
_PLAIN = typed("VerifiableCredential")

_CLASSES: dict[str, Class] = {
    "AchievementCredential": Class(
        ("@context", "id", "type", "credentialSubject", "issuer", "validFrom"),
        {
            **_ENVELOPE,
            "type": _types(_PLAIN, typed("AchievementCredential", "OpenBadgeCredential")),
            "image": _a("Image"),
            "credentialSubject": _a("AchievementSubject"),
            "endorsement": many(_a("EndorsementCredential")),
            "endorsementJwt": many(_TOKEN),
            "evidence": many(_a("Evidence")),
        },
    ),
    "EndorsementCredential": Class(
        ("@context", "type", "id", "name", "credentialSubject", "issuer", "validFrom"),
        {
            **_ENVELOPE,
            "type": _types(_PLAIN, typed("EndorsementCredential")),
            "credentialSubject": _a("EndorsementSubject"),
        },
    ),
    "Typed": Class(("id", "type"), _texts("id", "type")),
    "TermsOfUse": Class(("type",), _texts("id", "type")),
    "Proof": Class(
        ("type",),
        {
            **_texts("type", "cryptosuite", "challenge", "domain", "nonce"),
            **_texts("proofPurpose", "proofValue", "verificationMethod"),
            "created": instant,
        },
    ),
    "AchievementSubject": Class(
        ("type", "achievement"),
        {
            **_texts("id", "licenseNumber", "narrative", "role", "term"),
            "type": typed("AchievementSubject"),
            "activityEndDate": instant,
            "activityStartDate": instant,
            "creditsEarned": number,
            "achievement": _a("Achievement"),
            "identifier": many(_a("IdentityObject")),
            "image": _a("Image"),
            "result": many(_a("Result")),
            "source": _a("Profile"),
        },
    ),
    "EndorsementSubject": Class(
        ("id", "type"), {**_texts("id", "endorsementComment"), "type": typed("EndorsementSubject")}
    ),
    "Achievement": Class(
        ("id", "type", "criteria", "description", "name"),
        {
            **_texts("id", "description", "fieldOfStudy", "humanCode", "name", "specialization", "version"),
            "type": typed("Achievement"),
            "alignment": many(_a("Alignment")),
            "achievementType": word_of(ACHIEVEMENT_TYPES),
            "creator": _a("Profile"),
            "creditsAvailable": number,
            "criteria": _a("Criteria"),
            "endorsement": many(_a("EndorsementCredential")),
            "endorsementJwt": many(_TOKEN),
            "image": _a("Image"),
            "inLanguage": _LANGUAGE,
            "otherIdentifier": many(_a("IdentifierEntry")),
            "related": many(_a("Related")),
            "resultDescription": many(_a("ResultDescription")),
            "tag": many(text),
        },
    ),
    "Criteria": Class((), _texts("id", "narrative")),
    "Alignment": Class(
        ("type", "targetName", "targetUrl"),
        {
            **_texts("targetCode", "targetDescription", "targetName", "targetFramework", "targetUrl"),
            "type": typed("Alignment"),
            "targetType": word_of(TARGET_TYPES),
        },
    ),
    "Related": Class(("id", "type"), {**_texts("id", "version"), "type": typed("Related"), "inLanguage": _LANGUAGE}),
    "Result": Class(
        ("type",),
        {
            **_texts("achievedLevel", "resultDescription", "value"),
            "type": typed("Result"),
            "alignment": many(_a("Alignment")),
            "status": just(*sorted(RESULT_STATUSES)),
        },
    ),
    "ResultDescription": Class(
        ("id", "type", "name", "resultType"),
        {
            **_texts("id", "name", "requiredLevel", "requiredValue", "valueMax", "valueMin"),
            "type": typed("ResultDescription"),
            "alignment": many(_a("Alignment")),
            "allowedValue": many(text),
            "resultType": word_of(RESULT_TYPES),
            "rubricCriterionLevel": many(_a("RubricCriterionLevel")),
        },
    ),
    "RubricCriterionLevel": Class(
        ("id", "type", "name"),
        {
            **_texts("id", "description", "level", "name", "points"),
            "type": typed("RubricCriterionLevel"),
            "alignment": many(_a("Alignment")),
        },
    ),
    "Evidence": Class(
        ("type",),
        {**_texts("id", "narrative", "name", "description", "genre", "audience"), "type": typed("Evidence")},
    ),
    "Image": Class(("id", "type"), {**_texts("id", "caption"), "type": just("Image")}, is_closed=True),
    "IdentityObject": Class(
        ("type", "hashed", "identityHash", "identityType"),
        {
            **_texts("identityHash", "salt"),
            "type": just("IdentityObject"),
            "hashed": flag,
            "identityType": word_of(_IDENTIFIERS),
        },
        is_closed=True,
    ),
    "IdentifierEntry": Class(
        ("type", "identifier", "identifierType"),
        {**_texts("identifier"), "type": just("IdentifierEntry"), "identifierType": word_of(_IDENTIFIERS)},
        is_closed=True,
    ),
    "Profile": Class(
        ("id", "type"),
        {
            **_texts("id", "name", "url", "phone", "description", "email", "official", "familyName", "givenName"),
            **_texts("additionalName", "patronymicName", "honorificPrefix", "honorificSuffix", "familyNamePrefix"),
            "type": typed("Profile"),
            "endorsement": many(_a("EndorsementCredential")),
            "endorsementJwt": many(_TOKEN),
            "image": _a("Image"),
            "address": _a("Address"),
            "otherIdentifier": many(_a("IdentifierEntry")),
            "parentOrg": _a("Profile"),
            "dateOfBirth": date,
        },
    ),
    "Address": Class(
        ("type",),
        {
            **_texts("addressCountry", "addressCountryCode", "addressRegion", "addressLocality", "streetAddress"),
            **_texts("postOfficeBoxNumber", "postalCode"),
            "type": typed("Address"),
            "geo": _a("GeoCoordinates"),
        },
    ),
    "GeoCoordinates": Class(
        ("type", "latitude", "longitude"),
        {"type": just("GeoCoordinates"), "latitude": number, "longitude": number},
    ),
}
