from django.urls import path

from enterprises import part_views, views

app_name = "enterprises"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("alike/", part_views.alike, name="alike"),
    path("merge/<uuid:first>/<uuid:second>/", part_views.merge, name="merge"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/edit/", views.edit, name="edit"),
    path("<uuid:public_id>/undo-merge/", part_views.undo_merge, name="undo_merge"),
    path("<uuid:public_id>/<slug:slug>/new/", part_views.part, name="part_new"),
    path("<uuid:public_id>/<slug:slug>/<int:pk>/", part_views.part, name="part"),
]
