# Two stages: the second one holds no compiler, no pip cache and nothing that is not needed to run.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/lanyard
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app ./app
RUN pip install --no-deps --no-build-isolation --editable .

FROM python:3.11-slim
# Letters of every script for certificates and link previews; those of Latin, Greek and Cyrillic come with Typst.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/lanyard --shell /usr/sbin/nologin lanyard
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    LANYARD_HOST=0.0.0.0 LANYARD_PORT=8321
WORKDIR /srv/lanyard
COPY --from=build /opt/venv /opt/venv
COPY pyproject.toml README.md LICENSE ./
COPY app ./app
COPY migrations ./migrations
# The installed package is a pointer to this folder; its metadata came with the environment.
RUN install --directory --owner=lanyard --mode=0700 keys var
USER lanyard
VOLUME ["/srv/lanyard/keys", "/srv/lanyard/var"]
EXPOSE 8321
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['LANYARD_PORT'] + '/healthz', timeout=4)"]
CMD ["lanyard", "serve"]
