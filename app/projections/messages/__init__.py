"""The words of mails, from facts. Pure; `outbound/email.py` makes messages of them and sends them."""

from app.projections.messages.answers import Step, application_mail, name_approved, name_refused
from app.projections.messages.award import award_mail
from app.projections.messages.content import MailContent
from app.projections.messages.digest import Line, digest_mail
from app.projections.messages.links import LinkKind, confirmation_mail, invitation_mail, link_mail
from app.projections.messages.operator import endpoint_disabled_mail
from app.projections.messages.own_words import ALLOWED, filled, marked, problems
from app.projections.messages.renewals import RenewalWay, renewal_mail, renewals_digest
from app.projections.messages.report import ReportRow, report_mail
from app.projections.messages.sentences import spoken
from app.projections.messages.watching import watch_news, watch_request
from app.projections.messages.wording import written_date, written_end

__all__ = [
    "ALLOWED",
    "Line",
    "LinkKind",
    "MailContent",
    "RenewalWay",
    "ReportRow",
    "Step",
    "application_mail",
    "award_mail",
    "confirmation_mail",
    "digest_mail",
    "endpoint_disabled_mail",
    "filled",
    "invitation_mail",
    "link_mail",
    "marked",
    "name_approved",
    "name_refused",
    "problems",
    "renewal_mail",
    "renewals_digest",
    "report_mail",
    "spoken",
    "watch_news",
    "watch_request",
    "written_date",
    "written_end",
]
