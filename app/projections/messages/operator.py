"""Mails to the people who run things."""

from __future__ import annotations

from app.projections.messages import wording
from app.projections.messages.content import MailContent, templates


def endpoint_disabled_mail(*, issuer_name: str, endpoint_name: str, endpoint_id: str, reason: str) -> MailContent:
    """Say that no more news go to an endpoint, why, and what to do."""
    facts = {
        "issuer": wording.one_line(issuer_name),
        "endpoint": wording.one_line(endpoint_name),
        "endpoint_id": endpoint_id,
        "reason": wording.one_line(reason),
    }
    return MailContent(
        subject=f"Webhooks to {facts['endpoint']} were switched off",
        text=templates().get_template("endpoint_disabled.txt").render(facts).strip() + "\n",
        html=templates().get_template("endpoint_disabled.html").render(facts).strip() + "\n",
        language="en",
    )
