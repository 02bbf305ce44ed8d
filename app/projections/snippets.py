"""Text that a holder takes along: a mail to somebody, an e-mail signature, a frame for another page. Pure.

What stands in markup is escaped here; whoever shows the markup as text escapes it once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

SIGNATURE_IMAGE_PIXELS = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """What every snippet says of a badge; `image_url` is an absolute address that anyone may load."""

    title: str
    issuer: str
    url: str
    image_url: str
    image_alt: str


def mail_link(*, subject: str, body: str) -> str:
    """A `mailto:` link without an address, for the reader's own mail program (RFC 6068)."""
    return f"mailto:?subject={_encoded(' '.join(subject.split()))}&body={_encoded(body)}"


def signature(shown: Shown) -> str:
    """HTML for the signature of mails: image and name lead to the badge."""
    address, side = escape(shown.url), f'width="{SIGNATURE_IMAGE_PIXELS}" height="{SIGNATURE_IMAGE_PIXELS}" border="0"'
    image = f'<img src="{escape(shown.image_url)}" alt="{escape(shown.image_alt)}" {side}>'
    return (
        f'<a href="{address}">{image}</a><br>\n'
        f'<a href="{address}">{escape(shown.title)}</a><br>\n'
        f"{escape(shown.issuer)}"
    )


def frame(*, url: str, title: str, width: int, height: int) -> str:
    """HTML that shows the badge inside another page; it may open links in new tabs, and nothing else."""
    return (
        f'<iframe src="{escape(url)}" title="{escape(title)}" width="{width}" height="{height}" frameborder="0" '
        'loading="lazy" referrerpolicy="no-referrer" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )


def _encoded(text: str) -> str:
    return quote(text.replace("\r\n", "\n").replace("\n", "\r\n"), safe="")
