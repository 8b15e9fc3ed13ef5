from django.urls import path

from clusters import views

app_name = "clusters"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("lists/", views.lists, name="lists"),
    path("lists/<slug:slug>/<int:pk>/", views.list_row, name="list_row"),
    path("projects/<uuid:public_id>/", views.of_project, name="of_project"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/edit/", views.edit, name="edit"),
    path("<uuid:public_id>/<slug:slug>/<int:pk>/", views.part, name="part"),
]
