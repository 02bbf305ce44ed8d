"""What is set in type by Typst: the certificate of a badge, a plan, and the card of a link preview. Pure.

No font is needed beside those that Typst carries; those of the machine are used for scripts that these lack.
"""

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

__all__ = [
    "MOST_SKILLS", "MOST_STEPS", "Card", "Certificate", "CertificateLabels", "Paper", "PlanLabels", "PlanSheet",
    "SkillLine", "StepLine", "can_write", "card", "certificate", "plan_sheet", "printable",
]  # fmt: skip
