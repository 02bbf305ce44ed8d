"""An identity provider in a real Chromium, without scripts: our policy lets the browser go there and come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from app.settings import Settings
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider, serve


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The hospital's own, on this machine."""
    made, server = serve()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(settings: Settings, provider: Provider) -> Settings:
    """A service that knows the provider."""
    return settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "oidc_name": "Northfield login",
            "own_platforms": (provider.issuer,),
        }
    )


def test_the_button_leads_to_the_provider_and_back_signed_in(open_page: Callable[..., Any], provider: Provider):
    page = open_page("/sign-in?next=/verify", javascript=False, width=320)

    page.get_by_role("button", name="Sign in with Northfield login").click()

    page.wait_for_url("**/verify")
    assert "lanyard" in {cookie["name"] for cookie in page.context.cookies()}
    assert len(provider.asked) == 1
    assert page.complaints == []
