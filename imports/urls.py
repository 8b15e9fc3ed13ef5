from django.urls import path

from imports import views

app_name = "imports"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("new/<slug:kind>/template/", views.blank, name="blank"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/mend/", views.mend, name="mend"),
    path("<uuid:public_id>/store/", views.store, name="store"),
    path("<uuid:public_id>/drop/", views.drop, name="drop"),
    path("<uuid:public_id>/undo/", views.undo, name="undo"),
    path("<uuid:public_id>/faults/", views.faults, name="faults"),
]
