# One image for all processes; the command says which. See docker-compose.yml.

FROM node:22-slim AS assets
WORKDIR /app
# package-lock.json may be absent while no page needs a package.
COPY .npmrc package*.json ./
RUN mkdir -p node_modules && if [ -f package-lock.json ]; then npm ci --ignore-scripts --omit=dev; fi

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --require-hashes -r /tmp/base.txt
WORKDIR /app
COPY shared shared
COPY services services
RUN for catalogue in $(find services shared -name '*.po'); do \
        /venv/bin/pybabel --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo"; \
    done && /venv/bin/python -m compileall -q shared services

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin hadir
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=assets /app/node_modules /app/node_modules
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp LANG=C.UTF-8
USER hadir
ENTRYPOINT ["python"]
