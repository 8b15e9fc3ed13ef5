"""Every address of the portal. Pages and API want a sign-in unless a view says otherwise."""

from importlib.util import find_spec

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from khuyencong import health

PAGES = {
    "accounts/": "accounts.urls",
    "places/": "places.urls",
    "programmes/": "programmes.urls",
    "imports/": "imports.urls",
    "enterprises/": "enterprises.urls",
    "projects/": "projects.urls",
    "funding/": "funding.urls",
    "training/": "training.urls",
    "outreach/": "outreach.urls",
    "coordination/": "coordination.urls",
    "chinh-sach/": "outreach.public_urls",
    "products/": "products.urls",
    "clusters/": "clusters.urls",
    "reports/": "reports.urls",
    "kiem-tra/": "reports.public_urls",
    "papers/": "papers.urls",
    "files/": "files.urls",
    "audit/": "audit.urls",
    "jobs/": "jobs.urls",
    "": "home.urls",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("api/v1/", include("khuyencong.api_urls")),
    *(path(prefix, include(module)) for prefix, module in PAGES.items() if find_spec(module)),
]

handler400 = "home.errors.bad_request"
handler403 = "home.errors.permission_denied"
handler404 = "home.errors.page_not_found"
handler500 = "home.errors.server_error"
