"""P3: the list of projects and the page of one, beside the same template with constant rows."""

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path, reverse

from bench.figures import Figure, beside
from bench.province import filled
from projects.models import Project

# Times the constant page, statements and kilobytes that a page may take. The page of a project shows a whole life: it
# reads each part of it once, however many projects there are.
MOST = {"list": (3, 10, 60), "list-last": (3, 10, 60), "project": (6, 30, 60)}
constant: dict[str, Any] = {}


def replay(request: HttpRequest, name: str) -> HttpResponse:
    """The template of a page with what it was given once."""
    template, context = constant[name]
    return render(request, template, context)


urlpatterns = [path("bench/<slug:name>/", replay), path("", include("khuyencong.urls"))]


def measure() -> list[Figure]:
    _place, people = filled()
    client = Client()
    client.force_login(people.officer, backend="accounts.backends.PortalBackend")
    project = Project.objects.filter(state="in_progress").order_by("pk").first()
    assert project is not None
    pages = {
        "list": (reverse("projects:list"), "projects/list.html"),
        "list-last": (reverse("projects:list") + "?page=9999", "projects/list.html"),
        "project": (reverse("projects:detail", args=[project.public_id]), "projects/detail.html"),
    }
    figures = []
    with override_settings(ROOT_URLCONF=__name__):
        for name, (url, template) in pages.items():
            answer = client.get(url)
            assert answer.status_code == 200, url
            context = next(one for one in answer.context if "request" in one)
            constant[name] = (template, {key: value for key, value in context.flatten().items() if key not in _FRAME})
            with CaptureQueriesContext(connection) as captured:
                client.get(url)
            queries = len(captured)
            work, floor = beside(lambda url=url: client.get(url), lambda name=name: client.get(f"/bench/{name}/"))
            weight = len(answer.content) / 1024
            times, most, kilobytes = MOST[name]
            ok = work <= times * floor and queries <= most and weight <= kilobytes
            goal = f"≤ {times} × the constant page, ≤ {most} queries, ≤ {kilobytes} KB ({weight:.0f})"
            figures.append(Figure(f"P3-{name}", work, "ms", floor, goal, ok, queries))
    return figures


_FRAME = ("request", "csrf_token", "user", "perms", "messages", "True", "False", "None", "view")
