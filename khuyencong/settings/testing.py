"""The test suite: SQLite in a file, or DATABASE_URL; its own folder; a clock that tests set; no slow hashing."""

import os
import tempfile
from pathlib import Path

_folder = Path(os.environ.get("DATA_DIR") or Path(tempfile.gettempdir()) / f"khuyencong-tests-{os.getuid()}")
if _worker := os.environ.get("PYTEST_XDIST_WORKER"):  # each of several test processes has its own
    _folder /= _worker
os.environ["DATA_DIR"] = str(_folder)

from khuyencong.settings.base import *  # noqa: F403
from khuyencong.settings.base import CELERY_BEAT_SCHEDULE, DATA_DIR, LOGGING, STATIC_ROOT, broker, databases, env

DATA_DIR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests-only-for-tests"
PERSONAL_DATA_KEY = "only-for-tests-only-for-tests-only-for-tests"
PUBLIC_URL = "https://khuyencong.example.gov.vn"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES = databases(env("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'khuyencong.sqlite3'}")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # SQLite tests use a file: in memory there is no WAL, no second connection and no worker process.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    for _config in DATABASES.values():
        _config["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
globals().update(broker(env("REDIS_URL", default="") or None))
if env("REDIS_URL", default=""):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        **globals()["CELERY_BROKER_TRANSPORT_OPTIONS"],
        "global_keyprefix": f"khuyencong-test:{DATA_DIR}:",
    }
CELERY_BEAT_SCHEDULE = {name: {**entry, "schedule": 1.0} for name, entry in CELERY_BEAT_SCHEDULE.items()}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CLOCK_FILE = DATA_DIR / "clock"
PHASES_DIR = DATA_DIR / "phases"
DEMONSTRATION_ALLOWED = True
GUARDS_MAY_BE_LIFTED = True  # flush between transactional tests; exists in no other settings
AXES_ENABLED = env.bool("AXES_ENABLED", default=False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(exist_ok=True)
LOGGING["root"]["level"] = "WARNING"
LOGGING["handlers"]["console"]["formatter"] = "plain"
