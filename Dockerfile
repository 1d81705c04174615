# One node. No speech model inside: it is fetched once into the volume (docs/operations.md, Docker).
FROM python:3.11-slim-bookworm AS built
WORKDIR /opt/earshot
COPY requirements/run.txt requirements/run.txt
COPY scripts/install scripts/install
COPY . .
RUN scripts/install run

FROM python:3.11-slim-bookworm
# OpenFst's programs, which compose a model's graphs ahead (docs/decisions/017-composed-graph.md)
RUN apt-get update -qq \
    && apt-get install -qq --yes --no-install-recommends libfst-tools=1.7.9-* \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/earshot earshot
COPY --from=built /opt/earshot /opt/earshot
ENV PATH=/opt/earshot/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EARSHOT_DATA_DIR=/var/lib/earshot
USER 10001
WORKDIR /var/lib/earshot
VOLUME /var/lib/earshot
EXPOSE 8000 9092
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["earshot"]
CMD ["serve"]
