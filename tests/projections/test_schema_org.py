"""The badge in the words of schema.org, and that it cannot end the element that it stands in."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.projections import schema_org
from app.projections.schema_org import CredentialStated, SkillStated


def stated(**facts: Any) -> CredentialStated:
    """Phlebotomy Fundamentals, good until 2028; no holder."""
    known = {
        "url": "https://badges.example/b/1",
        "name": "Phlebotomy Fundamentals",
        "abbreviation": "PHLB",
        "description": "Draws venous blood safely.",
        "language": "en",
        "image_url": "https://badges.example/images/1.png",
        "status": "Good until 24 November 2028",
        "issuer_name": "Northfield Health Academy",
        "issuer_url": "https://badges.example/issuers/northfield",
        "achievement_url": "https://badges.example/achievements/1/v1",
        "awarded_at": datetime(2026, 11, 24, 9, tzinfo=UTC),
        "zone": ZoneInfo("UTC"),
        "valid_until": datetime(2028, 11, 24, 23, 59, 59, tzinfo=UTC),
    }
    return CredentialStated(**known | facts)


def test_a_badge_is_an_educational_credential_with_issuer_dates_and_skills():
    skill = SkillStated("Venepuncture", "https://skills.example/venepuncture", "competent, 3 of 5")

    document = schema_org.credential(stated(skills=(skill,)))

    assert (document["@context"], document["@type"]) == ("https://schema.org", "EducationalOccupationalCredential")
    assert document["recognizedBy"]["name"] == "Northfield Health Academy"
    assert (document["dateCreated"], document["expires"]) == ("2026-11-24", "2028-11-24")
    assert document["competencyRequired"][0]["name"] == "Venepuncture"


def test_a_badge_without_an_end_states_none_and_nobody_is_named():
    document = schema_org.credential(stated(valid_until=None))

    assert "expires" not in document
    assert "Person" not in json.dumps(document)


def test_a_holder_who_is_named_has_the_credential():
    document = schema_org.credential(stated(holder="Ana Ortiz"))

    assert (document["@type"], document["name"]) == ("Person", "Ana Ortiz")
    assert document["hasCredential"]["@type"] == "EducationalOccupationalCredential"


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "a & b", "\u2028\u2029", '静脉 “x” \\ "']
)
def test_no_text_can_end_the_element_and_every_text_is_whole(text: str):
    written = schema_org.embedded(schema_org.credential(stated(name=text, holder=text)))

    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written)["hasCredential"]["name"] == text
