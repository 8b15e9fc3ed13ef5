"""PostgreSQL, Redis and a proxy that speaks TLS. Refuses to start without its variables (.env.example)."""

from django.core.exceptions import ImproperlyConfigured

from khuyencong.settings.base import *  # noqa: F403
from khuyencong.settings.base import BASE_DIR, broker, databases, env


def required(name: str) -> str:
    value = str(env(name, default="")).strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: .env.example says what it is")
    return value


def required_list(name: str) -> list[str]:
    return [item.strip() for item in required(name).split(",") if item.strip()]


SECRET_KEY = required("SECRET_KEY")
PERSONAL_DATA_KEY = required("PERSONAL_DATA_KEY")
ALLOWED_HOSTS = required_list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = required_list("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env("PUBLIC_URL", default="").strip() or CSRF_TRUSTED_ORIGINS[0]
DATABASES = databases(required("DATABASE_URL"))
globals().update(broker(required("REDIS_URL")))

STATIC_ROOT = BASE_DIR / "staticfiles"  # part of the image, not of the data
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
