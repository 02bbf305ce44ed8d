"""Mails to the people who run things."""

from __future__ import annotations

import re

from app.projections.messages import sentences, wording
from app.projections.messages.content import MailContent, templates
from app.projections.messages.sentences import Say

_DAYS = re.compile(r"Nothing got through for ([0-9]+) days")


def endpoint_disabled_mail(
    *, issuer_name: str, endpoint_name: str, endpoint_id: str, reason: str, language: str
) -> MailContent:
    """Say that no more news go to an endpoint, why (as the worker says it), and what to do."""
    say = sentences.in_language(language)
    facts = {
        "issuer": wording.one_line(issuer_name),
        "endpoint": wording.one_line(endpoint_name),
        "endpoint_id": endpoint_id,
        "reason": _reason(say, wording.one_line(reason)),
        "tag": language,
        "direction": sentences.direction(language),
    }
    return MailContent(
        subject=say("Webhooks to {endpoint} were switched off", endpoint=facts["endpoint"]),
        text=templates().get_template("endpoint_disabled.txt").render(facts, say=say).strip() + "\n",
        html=templates().get_template("endpoint_disabled.html").render(facts, say=sentences.in_markup(language)).strip()
        + "\n",
        language=language,
    )


def _reason(say: Say, reason: str) -> str:
    """A reason as the worker states it; any other stays as it is."""
    if days := _DAYS.fullmatch(reason):
        return say("Nothing got through for {days} days", days=days[1])
    gone = "The receiver answered 410 Gone"
    return say(gone) if reason == gone else reason
