# Two stages: the first installs the locked packages and gathers static files, the second holds only what runs.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/fund
COPY requirements/tools.txt requirements/base.txt requirements/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --quiet --require-hashes -r requirements/tools.txt \
 && /opt/venv/bin/uv pip sync --quiet --no-cache --compile-bytecode --require-hashes --python /opt/venv/bin/python requirements/base.txt
COPY . .
# These commands need settings but no secret: the values live for them only.
RUN FUND_ENV=production SECRET_KEY=build-only-0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v \
    BID_KEYS=EfVV4sDFDnFlLXv1TQPEQIN83KCRsubJCIVt-MKtdD8= WEBHOOK_KEYS=qbzZ0GJp8IOKvgrcjijh9RdAW_iWzGiiYk00RmolX0M= \
    ANSWER_KEYS=P3B2hLwcIjH5G6EpUjgTcwWBMYfkeBt2ybGEiR1Fxhc= CURSOR_KEYS=k1Zr8Yw3Tq6Hn0Vb5Jx2Dm9Ls4Pf7Gc_AeUiOoRtWys= AUTHENTICATOR_KEYS=_XQigkMrzGVeRXywB2VWlUsP4_geF4lM8BehMUJZ81c= \
    ALLOWED_HOSTS=build.invalid DATABASE_URL=postgres://build@build.invalid/build REDIS_URL=redis://build.invalid/0 MEDIA_ROOT=/srv/fund/var/media \
    bash -c '/opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0 && /opt/venv/bin/python manage.py describe_api'

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 FUND_ENV=production
RUN groupadd --system --gid 10001 fund && useradd --system --uid 10001 --gid fund --home-dir /srv/fund --shell /usr/sbin/nologin fund
WORKDIR /srv/fund
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/fund /srv/fund
RUN mkdir -p var/media var/beat var/metrics && chown -R fund:fund var
USER 10001:10001
EXPOSE 8000
VOLUME ["/srv/fund/var/media"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["python", "-m", "quanzhou_fund.probe"]
# A request waits at most 45 seconds, for the virus scanner; the time-out is longer. The number of workers comes from WEB_CONCURRENCY, which gunicorn reads itself.
CMD ["gunicorn", "quanzhou_fund.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--timeout", "60", "--graceful-timeout", "60", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
