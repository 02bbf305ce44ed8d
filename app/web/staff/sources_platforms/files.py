"""Files that people upload: what a source of them declares, so that nothing in a file is guessed."""

from __future__ import annotations

from app.web.languages import marked as _
from app.web.staff.sources_fields import Field, Kind
from app.web.staff.sources_platforms.shape import LEARNING_KIND, NAMESPACE, Platform

FILES = Platform(
    _("Lists of participants, exports and old records, as CSV or Excel. Looked at row by row before anything counts."),
    (
        NAMESPACE,
        Field(
            "time_zone",
            _("Time zone"),
            _("Where dates in the files are meant. An IANA name, such as Europe/Vienna."),
            is_required=True,
            placeholder="Europe/Vienna",
        ),
        Field(
            "course_id",
            _("Course of the whole file"),
            _("Where no column names it."),
        ),
        Field(
            "date_format",
            _("How dates are written"),
            _("Such as DD/MM/YYYY; year first, as 2026-03-02, if empty."),
            placeholder="DD/MM/YYYY",
        ),
        Field(
            "score_unit",
            _("Scores are"),
            "",
            Kind.CHOICE,
            (
                ("", _("asked about")),
                ("fraction", _("fractions: 1 is everything")),
                ("percent", _("percentages")),
                ("points", _("points, with a column of maxima")),
            ),
        ),
        Field(
            "decimal_sign",
            _("Decimal sign"),
            "",
            Kind.CHOICE,
            (("", _("a comma is asked about")), (".", _("point")), (",", _("comma"))),
            is_rare=True,
        ),
        Field(
            "encoding",
            _("Encoding"),
            "",
            Kind.CHOICE,
            (
                ("", _("found out")),
                *((each, each) for each in ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "cp1250")),
                ("gb18030", "gb18030"),
                ("shift_jis", "shift_jis"),
            ),
            is_rare=True,
        ),
        Field(
            "delimiter",
            _("Cells are parted by"),
            "",
            Kind.CHOICE,
            (
                ("", _("found out")),
                ("comma", _("comma")),
                ("semicolon", _("semicolon")),
                ("tab", _("tab")),
                ("pipe", _("vertical bar")),
            ),
            is_rare=True,
        ),
        Field("sheet", _("Sheet of a workbook"), _("The first if empty."), is_rare=True),
        Field(
            "columns",
            _("Which column is what"),
            _('As JSON, where headings are not known: {"email": "Contact", "course_id": 3}.'),
            Kind.DATA,
            is_rare=True,
        ),
        Field(
            "statuses",
            _("Your words for what happened"),
            _('As JSON: {"attended": "completed"}.'),
            Kind.DATA,
            is_rare=True,
        ),
        LEARNING_KIND,
    ),
    is_common=True,
)
