from django.urls import path

from papers.api import views

urlpatterns = [
    path("projects/<uuid:project_id>/forms/", views.FormList.as_view(), name="forms"),
    path(
        "projects/<uuid:project_id>/forms/<slug:form_code>/<slug:format_name>/",
        views.FormFile.as_view(),
        name="form-file",
    ),
    path("projects/<uuid:project_id>/file/", views.WholeFile.as_view(), name="whole-file"),
]
