"""The mail that tells of several badges at once, in our words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.projections.messages import sentences, wording
from app.projections.messages.content import MailContent, templates


@dataclass(frozen=True, slots=True)
class Line:
    """One badge of a digest. `valid_until` None = it does not end."""

    name: str
    url: str
    awarded_at: datetime
    valid_until: datetime | None = None
    abbreviation: str | None = None

    @property
    def title(self) -> str:
        """The badge's name, with its abbreviation in brackets."""
        short = wording.one_line(self.abbreviation or "")
        return wording.one_line(self.name) + (f" ({short})" if short else "")


def digest_mail(
    lines: Sequence[Line],
    *,
    learner_name: str | None,
    issuer_name: str,
    unsubscribe_url: str,
    language: str,
    zone: ZoneInfo,
) -> MailContent:
    """One mail for several badges; `language` is that of our own sentences (one that `spoken` returned).

    Days are those of the issuer's `zone`.

    Raises InvalidInput for an address that is not http(s).
    """
    say, issuer = sentences.in_language(language), wording.one_line(issuer_name)
    facts = {
        "say": say,
        "say_fenced": sentences.in_markup(language),
        "language": language,
        "direction": sentences.direction(language),
        "learner": wording.one_line(learner_name or "") or None,
        "issuer": issuer,
        "unsubscribe_url": wording.address(unsubscribe_url, "/unsubscribe_url"),
        "badges": [
            {
                "title": line.title,
                "url": wording.address(line.url, "/badges"),
                "awarded_on": wording.written_date(line.awarded_at, zone, language),
                "valid_until": line.valid_until and wording.written_end(line.valid_until, zone, language),
            }
            for line in lines
        ],
    }
    return MailContent(
        subject=wording.one_line(say("You earned {number} badges from {issuer}", number=len(lines), issuer=issuer)),
        text=templates().get_template("digest.txt").render(facts).strip() + "\n",
        html=templates().get_template("digest.html").render(facts).strip() + "\n",
        language=language,
    )
