from django.urls import path

from imports.api import views

urlpatterns = [
    path("import-kinds/", views.KindList.as_view(), name="import-kinds"),
    path("import-kinds/<slug:kind>/template/", views.Template.as_view(), name="import-template"),
    path("imports/", views.ImportList.as_view(), name="imports"),
    path("imports/<uuid:import_id>/", views.ImportOne.as_view(), name="import"),
    path("imports/<uuid:import_id>/rows/", views.ImportRows.as_view(), name="import-rows"),
    path("imports/<uuid:import_id>/steps/<slug:step>/", views.ImportStep.as_view(), name="import-step"),
]
