"""The API, version 1. Each app names its paths in <app>/api/urls.py."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, re_path

from core.api.docs import DocsView, SchemaView
from core.api.views import Unknown

APPS = (
    "accounts",
    "places",
    "programmes",
    "imports",
    "enterprises",
    "funding",
    "training",
    "products",
    "clusters",
    "outreach",
    "coordination",
    "reports",
    "papers",
)

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    *(path("", include(f"{app}.api.urls")) for app in APPS if find_spec(f"{app}.api")),
    re_path("^.*$", Unknown.as_view(), name="unknown"),
]
