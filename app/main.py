"""Front door: wires the rooms together, and does nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

import anyio.to_thread
from fastapi import APIRouter, FastAPI

from app import doctor, logs, worker
from app import service as services
from app.issuing import applications, bulk_checks, kept_badges
from app.judging.desk import Desk
from app.lms import csv
from app.outbound import oidc
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from app.web import (
    api,
    badge_connect,
    caliper,
    fhir,
    health,
    hooks,
    learner,
    lti,
    metrics,
    problems,
    public,
    public_verify_batch,
    staff,
    styleguide,
    vc_api,
    wallets,
    xapi,
)
from app.web.access_log import AccessLog
from app.web.by_path import ByPath
from app.web.counting import Looks
from app.web.finished import FinishedBytes
from app.web.former_addresses import FormerAddresses
from app.web.headers import HeadAsGet, PublicHeaders
from app.web.lanes import Lane
from app.web.languages import SpeaksTheirLanguage
from app.web.limits import BodyLimit
from app.web.metrics import Metrics
from app.web.rates import Rates

ROOM_FOR_FIELDS = 131_072  # bytes of a form beside its file
JUDGED_AT_ONCE = 4  # badges of strangers; with a batch these are `service.VERIFY_CONNECTIONS`

ROUTERS = (
    hooks.router,
    xapi.router,
    caliper.router,
    lti.router,
    health.router,
    metrics.router,
    public.router,
    learner.router,
    staff.router,
    styleguide.router,
    api.router,
    api.description_router,
    vc_api.router,
    wallets.router,
    fhir.router,
    badge_connect.router,
)


def create_app(settings: Settings) -> FastAPI:
    """The web application. Raises UnsafeConfiguration when production settings are not safe."""
    logs.configure(settings)
    service = services.build(settings, patience_seconds=services.START_PATIENCE_SECONDS)
    try:
        doctor.refuse_demo_keys(service)
    except Exception:
        service.close()
        raise
    return application(service)


def application(service: Service, *, network: Network | None = None) -> FastAPI:
    """The web application of a service that is built already. `network` None = foreign badges are on the internet."""
    desk = Desk(service, network)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = service.settings.thread_limit
        background = worker.start_in_background(service) if service.settings.run_worker else None
        app.state.looks.start()
        yield
        await anyio.to_thread.run_sync(app.state.looks.stop)
        if background is not None:
            await anyio.to_thread.run_sync(background.stop)
        await anyio.to_thread.run_sync(desk.close)
        service.close()

    # The framework would lead from /verify/ to /verify at whatever host the request names (T40).
    app = FastAPI(title="Lanyard", version="0.1.0", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.service = service
    app.state.desk = desk
    app.state.network = network
    app.state.looks = Looks(service.database)
    app.state.metrics = Metrics(service) if service.settings.metrics_token is not None else None
    app.state.examine = partial(doctor.examine_for, service)
    app.state.provider = oidc.provider_of(
        service.settings, redirect_url=service.office.addresses.provider_answer, network=network
    )
    app.state.rates = Rates(verify_per_minute=service.settings.verify_per_minute)
    app.state.judging_lane = Lane(places=JUDGED_AT_ONCE)
    app.state.batch_lane = Lane(places=1, most_waiting=2)
    problems.register(app)
    app.router.routes.append(routes())
    _wrap(app, service)
    return app


@cache
def routes() -> ByPath:
    """Every route, put together once a process.

    The framework works out what each of them depends on when it is first asked, which takes a second. So it is asked
    here, and neither by the first visitor after a start nor again for each application of a process that has several.
    """
    tree = APIRouter(redirect_slashes=False)
    for router in ROUTERS:
        tree.include_router(router)
    return ByPath(tree.routes)


def _wrap(app: FastAPI, service: Service) -> None:
    """What every request passes on its way in, and every answer on its way out."""
    app.add_middleware(FinishedBytes, service=service)  # innermost
    settings = service.settings
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, larger=_larger_bodies(settings))
    app.add_middleware(SpeaksTheirLanguage)
    app.add_middleware(HeadAsGet)
    if service.office.former:
        app.add_middleware(FormerAddresses, office=service.office)
    app.add_middleware(fhir.WithoutSlash)
    app.add_middleware(api.NoStore, prefix="/api/")
    app.add_middleware(PublicHeaders, is_https=service.settings.public_base_url.startswith("https://"))
    measured: Metrics | None = app.state.metrics
    app.add_middleware(AccessLog, told=None if measured is None else measured.note)  # outermost


def _larger_bodies(settings: Settings) -> dict[str, int]:
    """How large bodies may be at paths that end so; everything else has the limit of the settings."""
    return {
        "/evidence": applications.papers.MAX_FILE_BYTES + ROOM_FOR_FIELDS,
        "/checks": bulk_checks.MAX_BYTES + ROOM_FOR_FIELDS,
        "/checks/list": csv.MAX_BYTES,
        "/desk/employments": csv.MAX_BYTES,
        "/elsewhere": kept_badges.MOST_BYTES_OF_ONE + ROOM_FOR_FIELDS,
        "/image": settings.max_upload_bytes,
        "/imports": csv.MAX_BYTES,  # of completions, and of frameworks
        "/awards/import": csv.MAX_BYTES,
        "/awards/before": csv.MAX_BYTES,
        "/verify": settings.max_upload_bytes,
        "/verify/batch": public_verify_batch.MAX_BYTES,
    }
