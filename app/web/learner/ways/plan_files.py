"""A kept plan to print and to put into a calendar. What is read is read first; the sheet is set afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, time
from urllib.parse import urlsplit

from app.issuing.office import Office
from app.projections import plan_calendar
from app.projections.plan_calendar import PlanCalendar, Span
from app.projections.typesetting import MOST_STEPS, Paper, PlanLabels, PlanSheet, StepLine, plan_sheet
from app.web import languages
from app.web import words as general
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.learner.ways.places import Place
from app.web.learner.ways.plan_view import KeptView


def pdf(place: Place, shown: KeptView, *, paper: Paper = Paper.A4) -> bytes:
    """The plan as one page, in the language of the request."""
    language = languages.current()
    sheet = PlanSheet(
        language=language.tag,
        direction=language.direction,
        labels=_labels(len(shown.view.steps)),
        issuer=place.issuer.name,
        learner=place.learner.display_name or "",
        target=shown.view.target,
        facts=_facts(shown),
        steps=tuple(
            StepLine(each.name, each.effort, each.dates, "; ".join(each.reasons), each.is_done)
            for each in shown.view.steps
        ),
        outside=(*shown.view.outside, *shown.view.warnings),
        as_of=datetime.combine(place.day, time(), UTC),
    )
    return plan_sheet(sheet, paper=paper)


def ics(office: Office, shown: KeptView) -> bytes:
    """The steps that have dates and are not done, and the day of the horizon. Each leads to the plan's page."""
    kept, url = shown.kept, f"{office.addresses.base_url}/me/plans/{shown.kept.id}"
    spans = [
        Span(
            f"plan-{kept.id}-{each.credential}",
            each.first,
            each.last,
            each.name,
            "; ".join([each.effort, *each.reasons]),
            url,
        )
        for each in shown.view.steps
        if each.first is not None and each.last is not None and not each.is_done
    ]
    if kept.horizon is not None:
        title = _("Goal: %(target)s", target=shown.view.target)
        spans.append(Span(f"plan-{kept.id}", kept.horizon, kept.horizon, title, "", url))
    host = urlsplit(office.addresses.base_url).hostname or "localhost"
    return plan_calendar.to_ics(PlanCalendar(shown.view.target, tuple(spans), kept.changed_at), host=host)


def _facts(shown: KeptView) -> tuple[tuple[str, str], ...]:
    kept = shown.kept
    found = [
        (_("What it is for"), shown.intent),
        (_("Hours in all"), shown.view.hours),
        (_("Price in all"), shown.view.price),
        (_("To be reached by"), general.day_of(kept.horizon) if kept.horizon else ""),
        (_("Planned on"), general.day_of(kept.planned_on)),
        (_("Sponsor"), kept.sponsor or ""),
        (_("Funding"), kept.funding or ""),
    ]
    return tuple((label, value) for label, value in found if value)


def _labels(steps: int) -> PlanLabels:
    more = steps - MOST_STEPS
    return PlanLabels(
        title=_("Individual development plan"),
        step=_("Step"),
        effort=_("Effort"),
        dates=_("Dates"),
        why=_("Why"),
        outside=_("To be done or minded elsewhere"),
        more=ngettext("and one more step", "and %(num)s more steps", more) if more > 0 else "",
        learner=_("Learner"),
        manager=_("Manager"),
        date=_("Date"),
        unwritable=_("Some words need letters that are not installed here; read them on the plan’s page."),
    )
