"""What is set in type by Typst: the certificate of a badge, a plan, tables, and the card of a link preview. Pure.

No font is needed beside those that Typst carries; those of the machine are used for scripts that these lack.
"""

from app.projections.typesetting.attaching import ROOM, with_room
from app.projections.typesetting.card import Card, card
from app.projections.typesetting.certificate import (
    MOST_SKILLS,
    Certificate,
    CertificateLabels,
    Paper,
    SkillLine,
    certificate,
)
from app.projections.typesetting.plan import MOST_STEPS, PlanLabels, PlanSheet, StepLine, plan_sheet
from app.projections.typesetting.press import can_write, printable
from app.projections.typesetting.sheet import Sheet, SheetLabels, SheetPart, table_sheet

__all__ = [
    "MOST_SKILLS", "MOST_STEPS", "ROOM", "Card", "Certificate", "CertificateLabels", "Paper", "PlanLabels", "PlanSheet",
    "Sheet", "SheetLabels", "SheetPart", "SkillLine", "StepLine", "can_write", "card", "certificate", "plan_sheet",
    "printable", "table_sheet", "with_room",
]  # fmt: skip
