from django.urls import path

from home import views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("overview/", views.dashboard, name="dashboard"),
    path("overview/projects/", views.records, name="records"),
    path("overview/money/<uuid:public_id>/", views.money_effect, name="money_effect"),
    path("overview/cases/", views.exceptions, name="exceptions"),
    path("overview/network/", views.network, name="network"),
    path("overview/files/", views.damaged_files, name="damaged_files"),
    path("overview/targets/<int:target_id>/", views.target, name="target"),
]
