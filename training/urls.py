from django.urls import path

from training import views

app_name = "training"
urlpatterns = [
    path("", views.index, name="list"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/edit/", views.edit, name="edit"),
    path("projects/<uuid:public_id>/", views.project_panel, name="project_panel"),
    path("projects/<uuid:public_id>/new/", views.new, name="new"),
]
