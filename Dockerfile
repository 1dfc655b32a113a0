# syntax=docker/dockerfile:1
# The server without root, on a file system that it cannot change. docs/serving.md says how.
# Pinned by tag; pin by digest as well where images are mirrored:
#   docker buildx imagetools inspect python:3.11-slim-bookworm

FROM python:3.11-slim-bookworm AS libraries
RUN python -m venv /opt/venv
COPY requirements.txt /
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --requirement /requirements.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 tbdx && useradd --uid 10001 --gid tbdx --no-create-home --home-dir /tmp tbdx
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
COPY app.py requirements.txt LICENSE ./
COPY .streamlit/config.toml .streamlit/
COPY pages pages
COPY tbdx tbdx
COPY data data
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN python -m compileall -q app.py pages tbdx
USER 10001:10001
EXPOSE 8501
ENV PORT=8501
# Every unknown address answers 200, so the body is what tells.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import os, sys, urllib.request as r; sys.exit(r.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/_stcore/health\", timeout=4).read() != b'ok')"]
# Refuses to start until sign-in is set up: the address is not loopback.
CMD ["sh", "-c", "exec python -m tbdx serve --no-open --address 0.0.0.0 --port $PORT"]
