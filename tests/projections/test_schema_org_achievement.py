"""Issuers and achievements in the words of schema.org: what is not known is not there."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.projections import schema_org_achievement, schema_org_issuer
from app.projections.schema_org_achievement import Offered, Price, Skill
from app.projections.schema_org_issuer import Organisation

NORTHFIELD = Organisation("did:web:x.example", "https://x.example/issuers/n", "Northfield")


def offered(**facts: Any) -> dict[str, Any]:
    usual = {
        "url": "https://x.example/achievements/a/v1",
        "name": "Phlebotomy",
        "abbreviation": "PHLB",
        "description": "Draws blood.",
        "language": "en",
        "kind": "MicroCredential",
        "version": "1",
        "published_at": datetime(2026, 11, 24, 23, 0, tzinfo=UTC),
        "zone": ZoneInfo("UTC"),
        "image_url": "https://x.example/i.png",
        "issuer": schema_org_issuer.organisation(NORTHFIELD),
    }
    return schema_org_achievement.document(Offered(**usual | facts))


def test_an_issuer_is_an_organisation_with_its_page_as_id():
    whole = Organisation(
        *("did:web:x.example", "https://x.example/issuers/n", "Northfield", "https://northfield.example"),
        parent_name="System",
    )

    assert schema_org_issuer.document(NORTHFIELD) == {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": "https://x.example/issuers/n",
        "identifier": "did:web:x.example",
        "name": "Northfield",
        "url": "https://x.example/issuers/n",
        "mainEntityOfPage": "https://x.example/issuers/n",
    }
    assert schema_org_issuer.document(whole)["url"] == "https://northfield.example"
    assert schema_org_issuer.document(whole)["parentOrganization"] == {"@type": "Organization", "name": "System"}


def test_an_achievement_is_an_occupational_credential_of_its_issuer():
    found = offered()

    assert found["@type"] == "EducationalOccupationalCredential"
    assert (found["name"], found["alternateName"], found["datePublished"]) == ("Phlebotomy", "PHLB", "2026-11-24")
    assert found["recognizedBy"]["name"] == "Northfield"
    assert found["provider"] == {"@id": "https://x.example/issuers/n"}
    assert not {"competencyRequired", "keywords", "timeRequired", "validFor", "offers"} & found.keys()


def test_what_is_known_stands_in_the_units_of_the_standard():
    skill = Skill("Venepuncture", "https://s.example/v", code="V1")
    found = offered(skills=(skill,), tags=("lab",), months_good=24, price=Price(Decimal("70.50"), "USD"))

    assert found["competencyRequired"] == [
        {"@type": "DefinedTerm", "name": "Venepuncture", "url": "https://s.example/v", "termCode": "V1"}
    ]
    assert (found["keywords"], found["validFor"]) == (["lab"], "P24M")
    assert found["offers"] == {"@type": "Offer", "price": "70.50", "priceCurrency": "USD"}
    assert offered(days_good=90)["validFor"] == "P90D"


@pytest.mark.parametrize(
    ("hours", "said"),
    [("12", "PT12H"), ("1.5", "PT1H30M"), ("0.25", "PT15M"), ("0.001", "PT0M"), ("100000", "PT100000H")],
)
def test_hours_are_a_duration(hours: str, said: str):
    assert offered(hours=Decimal(hours))["timeRequired"] == said
