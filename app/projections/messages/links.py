"""Mails with a link that works once: to sign in, to confirm an address, to set a password, to join."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.projections.messages import sentences, wording
from app.projections.messages.answers import letter
from app.projections.messages.content import MailContent

_IGNORE = "If you know nothing of this, do nothing: then nothing happens."


class LinkKind(StrEnum):
    """What the link is for."""

    SIGN_IN = "sign-in"
    ADDRESS = "address"
    PASSWORD = "password"  # noqa: S105 - a kind of mail


_WORDS = {
    LinkKind.SIGN_IN: ("Your link to sign in", "with this link you sign in to see your badges.", "Sign in"),
    LinkKind.ADDRESS: (
        "Is this your address?",
        "somebody, most likely you, wants to see the badges of this address in their account.",
        "This is my address",
    ),
    LinkKind.PASSWORD: ("Set a new password", "with this link you set a new password.", "Set a new password"),
}


def link_mail(kind: LinkKind, *, url: str, minutes: int, language: str) -> MailContent:
    """The mail with a link that works once, for `minutes`. `url` is our own; `language` is one of `spoken`."""
    say = sentences.in_language(language)
    subject, before, button = (say(each) for each in _WORDS[kind])
    after = f"{say('The link works once, for {minutes} minutes.', minutes=minutes)} {say(_IGNORE)}"
    return letter(subject, [before], quoted="", url=url, button=button, closing=after, language=language)


def invitation_mail(*, issuer_name: str, invited_by: str, url: str, days: int, role: str, language: str) -> MailContent:
    """The mail that invites a colleague; the names are data. `role` is one of our own words for what members do."""
    say = sentences.in_language(language)
    issuer, who = wording.one_line(issuer_name), wording.one_line(invited_by)
    before = "{who} invites you to work with the badges of {issuer}, as {role}."
    after = f"{say('The link works once, for {days} days.', days=days)} {say(_IGNORE)}"
    return letter(
        say("Work with the badges of {issuer}", issuer=issuer),
        [say(before, who=who, issuer=issuer, role=say(role))],
        quoted="",
        url=url,
        button=say("Accept the invitation"),
        closing=after,
        language=language,
    )


def confirmation_mail(*, issuer_name: str, url: str, until: datetime, zone: ZoneInfo, language: str) -> MailContent:
    """The mail with the link that confirms the address of somebody's badges; it works until the day of `until`."""
    say, issuer = sentences.in_language(language), wording.one_line(issuer_name)
    before = "somebody, most likely you, said that this is the address for badges of {issuer}."
    day = wording.written_date(until, zone, language)
    after = f"{say('The link works until {day}.', day=day)} {say(_IGNORE)}"
    return letter(
        say("Is this your address? Badges of {issuer}", issuer=issuer),
        [say(before, issuer=issuer)],
        quoted="",
        url=url,
        button=say("This is my address"),
        closing=after,
        language=language,
    )
