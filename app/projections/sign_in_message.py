"""The words of mails about an account: to sign in, to confirm an address, to set a password, to join. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{subject}</title>
</head>
<body style="margin:0;padding:0;color-scheme:light dark;font-family:system-ui,sans-serif;font-size:17px">
<div role="article" aria-label="{subject}" style="max-width:560px;margin:0 auto;padding:24px 20px">
<p>Hello,</p>
<p>{before}</p>
<p><a href="{url}" style="display:inline-block;padding:12px 20px;border:1px solid #0b5a57;border-radius:8px;\
background-color:#0b5a57;color:#ffffff;font-weight:bold;text-decoration:none">{button}</a></p>
<p style="overflow-wrap:anywhere;word-break:break-word">{url}</p>
<p>{after}</p>
</div>
</body>
</html>
"""
_IGNORE = "If you know nothing of this, do nothing: then nothing happens."


class Kind(StrEnum):
    """What the link is for."""

    SIGN_IN = "sign-in"
    ADDRESS = "address"
    PASSWORD = "password"  # noqa: S105 - a kind of mail


@dataclass(frozen=True, slots=True)
class AccountMail:
    """What the mail says, without addresses: a subject of one line, and one message as plain text and as HTML."""

    subject: str
    text: str
    html: str
    language: str  # BCP 47


_WORDS = {
    Kind.SIGN_IN: ("Your link to sign in", "with this link you sign in to see your badges.", "Sign in"),
    Kind.ADDRESS: (
        "Is this your address?",
        "somebody, most likely you, wants to see the badges of this address in their account.",
        "This is my address",
    ),
    Kind.PASSWORD: ("Set a new password", "with this link you set a new password.", "Set a new password"),
}


def mail(kind: Kind, *, url: str, minutes: int) -> AccountMail:
    """The mail with a link that works once, for `minutes`. `url` is our own."""
    subject, before, button = _WORDS[kind]
    return _made(subject, before, button, f"The link works once, for {minutes} minutes. {_IGNORE}", url)


def invitation(*, issuer_name: str, invited_by: str, url: str, days: int, role: str) -> AccountMail:
    """The mail that invites a colleague; the names are data and are escaped."""
    issuer, who = " ".join(issuer_name.split()), " ".join(invited_by.split())
    return _made(
        f"Work with the badges of {issuer}",
        f"{who} invites you to work with the badges of {issuer}, as {role}.",
        "Accept the invitation",
        f"The link works once, for {days} days. {_IGNORE}",
        url,
    )


def _made(subject: str, before: str, button: str, after: str, url: str) -> AccountMail:
    text = f"Hello,\n\n{before}\n\n{url}\n\n{after}\n"
    html = _PAGE.format(
        subject=escape(subject), before=escape(before), button=escape(button), after=escape(after), url=escape(url)
    )
    return AccountMail(subject=subject, text=text, html=html, language="en")
