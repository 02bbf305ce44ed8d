"""Texts in other languages in a catalogue file: read, written back, and named by their line where they are wrong."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.issuing import achievements, catalog
from app.issuing.issuers import Issuer
from tests.issuing.catalog.small import TEXT, imported

IN_FILE = """    price: 70
    translations:
      es: {name: Soporte vital, description: Mantiene con vida., criteria: Aprobar.}
      zh-Hant: {name: 基本救命術}
"""


def test_a_catalogue_brings_translations_and_its_export_has_them_again(desk, other_desk):
    imported(desk, TEXT.replace("    price: 70\n", IN_FILE), people_too=False)
    with desk.read() as session:
        issuer = session.scalars(select(Issuer).where(Issuer.slug == "north")).one()
        facts = achievements.current_facts(session, achievements.by_slug(session, issuer, "mc-cpr"))
        written = catalog.export(session, issuer)

    assert facts.translations["es"].criteria_narrative == "Aprobar."
    assert "criteria: Aprobar." in written.text
    imported(other_desk, written.text)
    with other_desk.read() as session:
        issuer = session.scalars(select(Issuer).where(Issuer.slug == "north")).one()
        assert achievements.current_facts(session, achievements.by_slug(session, issuer, "mc-cpr")) == facts


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [("{name: Soporte vital,", "{nombre: Soporte vital,"), ("es: {name", "ES: {name"), ("es: {name", "en: {name")],
)
def test_a_wrong_translation_is_named_with_its_line(spoilt, said):
    text = TEXT.replace("    price: 70\n", IN_FILE.replace(spoilt, said))
    line = 1 + text[: text.index("    translations:")].count("\n")

    found = [each for each in catalog.read(text).problems if "translations" in each.sentence]

    assert found
    assert all(line <= each.line <= line + 2 for each in found)
