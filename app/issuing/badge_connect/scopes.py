"""The scopes of Open Badges 3.0 and of Badge Connect 2.1, and what each of them lets a program do."""

from __future__ import annotations

from enum import StrEnum

_V3 = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
_V21 = "https://purl.imsglobal.org/spec/ob/v2p1/scope/"
OFFLINE = "offline_access"  # asks for a refresh token, which everybody gets


class May(StrEnum):
    """What a program may do, in either version of the standard."""

    READ_BADGES = "read-badges"
    ADD_BADGES = "add-badges"
    READ_PROFILE = "read-profile"
    CHANGE_PROFILE = "change-profile"


V3_SCOPES = {
    f"{_V3}credential.readonly": May.READ_BADGES,
    f"{_V3}credential.upsert": May.ADD_BADGES,
    f"{_V3}profile.readonly": May.READ_PROFILE,
    f"{_V3}profile.update": May.CHANGE_PROFILE,
}
# Moodle loses the first scope that is offered (it unsets what it did not find), so the one that it can do without
# comes first.
V21_SCOPES = {
    f"{_V21}profile.readonly": May.READ_PROFILE,
    f"{_V21}assertion.readonly": May.READ_BADGES,
    f"{_V21}assertion.create": May.ADD_BADGES,
}
_ALL = V3_SCOPES | V21_SCOPES


def known(stated: str) -> tuple[str, ...]:
    """The scopes in a list of scopes that are ours, each once and in the order in which they stand there."""
    return tuple(dict.fromkeys(each for each in stated.split() if each in _ALL))


def unknown(stated: str) -> tuple[str, ...]:
    """Those that are not, but for `offline_access`, which is granted to everybody."""
    return tuple(each for each in stated.split() if each not in _ALL and each != OFFLINE)


def allowed(scopes: str) -> tuple[May, ...]:
    """What these scopes let a program do, in the order in which a person is told."""
    has = {_ALL[each] for each in known(scopes)}
    return tuple(each for each in May if each in has)


def is_allowed(scopes: str, wanted: May, *, in_version: dict[str, May]) -> bool:
    """Whether one of the scopes of this version of the standard allows it."""
    return any(in_version.get(each) is wanted for each in scopes.split())
