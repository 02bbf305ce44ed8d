"""Front door: wires the rooms together, and does nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from app import doctor, logs, worker
from app import service as services
from app.judging.desk import Desk
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from app.web import api, health, hooks, problems, public, public_verify_batch, vc_api
from app.web.access_log import AccessLog
from app.web.headers import HeadAsGet, PublicHeaders
from app.web.lanes import Lane
from app.web.limits import BodyLimit

JUDGED_AT_ONCE = 4  # badges of strangers; with a batch these are `service.VERIFY_CONNECTIONS`


def create_app(settings: Settings) -> FastAPI:
    """The web application. Raises UnsafeConfiguration when production settings are not safe."""
    logs.configure(settings)
    service = services.build(settings)
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
        yield
        if background is not None:
            await anyio.to_thread.run_sync(background.stop)
        await anyio.to_thread.run_sync(desk.close)
        service.close()

    # The framework would lead from /verify/ to /verify at whatever host the request names (T40).
    app = FastAPI(title="Lanyard", version="0.1.0", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.service = service
    app.state.desk = desk
    app.state.judging_lane = Lane(places=JUDGED_AT_ONCE)
    app.state.batch_lane = Lane(places=1, most_waiting=2)
    problems.register(app)
    app.include_router(hooks.router)
    app.include_router(health.router)
    app.include_router(public.router)
    app.include_router(api.router)
    app.include_router(api.description_router)
    app.include_router(vc_api.router)
    app.add_middleware(
        BodyLimit,
        max_bytes=service.settings.max_body_bytes,
        larger={
            "/image": service.settings.max_upload_bytes,
            "/verify": service.settings.max_upload_bytes,
            "/verify/batch": public_verify_batch.MAX_BYTES,
        },
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(api.NoStore, prefix="/api/")
    app.add_middleware(PublicHeaders, is_https=service.settings.public_base_url.startswith("https://"))
    app.add_middleware(AccessLog)  # outermost
    return app
