"""One machine, nothing to install: SQLite and the embedded broker under DATA_DIR. Used by `make run`."""

import secrets

from khuyencong.settings.base import *  # noqa: F403
from khuyencong.settings.base import DATA_DIR, LOGGING, STATIC_ROOT, broker, databases, env

DATA_DIR.mkdir(parents=True, exist_ok=True)


def _secret(name: str) -> str:
    """A key of this installation, made once and kept beside its data."""
    file = DATA_DIR / name
    if not file.exists():
        try:
            with file.open("x") as handle:
                handle.write(secrets.token_urlsafe(50))
            file.chmod(0o600)
        except FileExistsError:
            pass
    return file.read_text().strip()


SECRET_KEY = env("SECRET_KEY", default="") or _secret("secret_key")
PERSONAL_DATA_KEY = env("PERSONAL_DATA_KEY", default="") or _secret("personal_data_key")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
DATABASES = databases(env("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'khuyencong.sqlite3'}")
globals().update(broker(env("REDIS_URL", default="") or None))
DEMONSTRATION_ALLOWED = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STATIC_ROOT.mkdir(exist_ok=True)  # stays empty: static files are served from where they lie
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING["handlers"]["console"]["formatter"] = "plain"
LOGGING["root"]["level"] = LOGGING["loggers"]["django_structlog"]["level"] = env("LOG_LEVEL", default="WARNING")
