# One image for web, worker and beat; which one it is, the command says (docker-compose.yml).
FROM node:22-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=zhangye_wages.settings.production \
    PORTAL_STATIC_ROOT=/srv/static DATA_DIR=/srv/data HOST=0.0.0.0 PORT=8000
WORKDIR /srv/portal
COPY requirements/base.lock requirements/base.lock
RUN pip install --no-cache-dir --require-hashes -r requirements/base.lock
COPY . .
COPY --from=assets /build/node_modules node_modules
RUN python -m zhangye_wages.launcher assets --no-fetch \
    && python -m zhangye_wages.launcher static \
    && rm -rf node_modules \
    && useradd --system --uid 10001 --no-create-home portal \
    && install -d -o portal -g portal /srv/data
USER portal
VOLUME /srv/data
EXPOSE 8000
CMD ["gunicorn", "-c", "python:zhangye_wages.web"]
