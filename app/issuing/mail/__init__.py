"""Mail: how an issuer writes to its learners, to whom it does not write, when mails wait, and what came back."""

from app.issuing.mail.admission import MailLimits, going_out
from app.issuing.mail.composing import Badge, badge_mail, chosen, digest
from app.issuing.mail.configuring import (
    change_settings,
    delete_template,
    preview,
    save_template,
    send_test,
    templates_of,
)
from app.issuing.mail.records import (
    EMAIL,
    Cause,
    Covers,
    MailReport,
    MailSettings,
    MailTemplate,
    Purpose,
    ReportKind,
    Suppression,
    recipient_key,
    settings_of,
)
from app.issuing.mail.reports import note_refusal, report
from app.issuing.mail.suppressions import lift, lift_entry, suppress, suppressions_of
from app.issuing.mail.unsubscribing import unsubscribe, unsubscribe_url

__all__ = [
    "EMAIL",
    "Badge",
    "Cause",
    "Covers",
    "MailLimits",
    "MailReport",
    "MailSettings",
    "MailTemplate",
    "Purpose",
    "ReportKind",
    "Suppression",
    "badge_mail",
    "change_settings",
    "chosen",
    "delete_template",
    "digest",
    "going_out",
    "lift",
    "lift_entry",
    "note_refusal",
    "preview",
    "recipient_key",
    "report",
    "save_template",
    "send_test",
    "settings_of",
    "suppress",
    "suppressions_of",
    "templates_of",
    "unsubscribe",
    "unsubscribe_url",
]
