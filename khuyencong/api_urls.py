"""The API, version 1. Each app names its paths in <app>/api/urls.py."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

APPS = ("accounts", "places", "programmes", "enterprises", "projects", "funding", "training", "reports", "jobs", "home")

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    *(path("", include(f"{app}.api.urls")) for app in APPS if find_spec(f"{app}.api") and find_spec(f"{app}.api.urls")),
]
