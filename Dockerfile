# One image for web, worker and schedule; docker-compose.yml says which is which.
FROM python:3.13-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=khuyencong.settings.production DATA_DIR=/data

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin khuyencong \
    && mkdir -p /app /data && chown khuyencong: /data
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY . .
# The settings only need to load here; nothing is connected to, and none of these values stays in the image.
RUN SECRET_KEY=build PERSONAL_DATA_KEY=build ALLOWED_HOSTS=build CSRF_TRUSTED_ORIGINS=https://build \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build python manage.py collectstatic --noinput --verbosity 0 --ignore "redoc*" \
    && python -m compileall -q /app

USER khuyencong
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "khuyencong.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", \
     "--threads=4", "--preload", "--no-control-socket", "--worker-tmp-dir=/dev/shm", "--graceful-timeout=30"]
