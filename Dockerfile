FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build /opt/hoibao \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
 && /opt/hoibao/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY retrieval retrieval
RUN /opt/build/bin/pip wheel --no-build-isolation --no-deps --wheel-dir wheels . \
 && /opt/hoibao/bin/pip install --no-cache-dir --no-index --no-deps wheels/*.whl

FROM python:3.13-slim
COPY --from=build /opt/hoibao /opt/hoibao
RUN useradd --uid 10001 --home-dir /srv/hoibao --create-home hoibao \
 && install -d -o hoibao -g hoibao /srv/hoibao/articles /srv/hoibao/index /srv/hoibao/state
COPY --chown=hoibao:hoibao data/articles /srv/hoibao/articles
ENV PATH=/opt/hoibao/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOIBAO_CORPUS=/srv/hoibao/articles \
    HOIBAO_INDEX=/srv/hoibao/index \
    HOIBAO_STATE=/srv/hoibao/state/bot.sqlite \
    HOIBAO_HEALTH_PORT=8080
USER 10001
WORKDIR /srv/hoibao
VOLUME ["/srv/hoibao/articles", "/srv/hoibao/index", "/srv/hoibao/state"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=5m --start-interval=2s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"HOIBAO_HEALTH_PORT\"]}/health', timeout=8)"]
ENTRYPOINT ["hoibao"]
CMD ["bot"]
