"""The words of the mail that asks whether an address is the reader's own. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Is this your address?</title>
</head>
<body style="margin:0;padding:0;color-scheme:light dark;font-family:system-ui,sans-serif;font-size:17px">
<div role="article" aria-label="Is this your address?" style="max-width:560px;margin:0 auto;padding:24px 20px">
<p>Hello,</p>
<p>somebody, most likely you, said that this is the address for badges of <bdi>{issuer}</bdi>.</p>
<p><a href="{url}" style="display:inline-block;padding:12px 20px;border:1px solid #0b5a57;border-radius:8px;\
background-color:#0b5a57;color:#ffffff;font-weight:bold;text-decoration:none">This is my address</a></p>
<p style="overflow-wrap:anywhere;word-break:break-word">{url}</p>
<p>The link works until {until}. If you know nothing of this, do nothing: then nothing happens.</p>
</div>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """What the mail says, without addresses: a subject of one line, and one message as plain text and as HTML."""

    subject: str
    text: str
    html: str
    language: str  # BCP 47


def confirmation_mail(*, issuer_name: str, confirm_url: str, until: str) -> ConfirmationMail:
    """The mail with the link that confirms an address. `confirm_url` is our own; the name is data and is escaped.

    `until` is the day until which the link works, in words.
    """
    issuer = " ".join(issuer_name.split())
    text = (
        "Hello,\n\n"
        f"somebody, most likely you, said that this is the address for badges of {issuer}.\n"
        "If that is so, open this page and press the button:\n\n"
        f"{confirm_url}\n\n"
        f"The link works until {until}. If you know nothing of this, do nothing: then\nnothing happens.\n"
    )
    html = _PAGE.format(issuer=escape(issuer), url=escape(confirm_url), until=until)
    return ConfirmationMail(subject=f"Is this your address? Badges of {issuer}", text=text, html=html, language="en")
