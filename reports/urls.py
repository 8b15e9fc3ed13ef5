from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.report_list, name="list"),
    path("schedule/", views.schedule, name="schedule"),
    path("jobs/<uuid:public_id>/", views.watch, name="watch"),
    path("<uuid:public_id>/", views.report, name="detail"),
    path("<uuid:public_id>/lines/", views.lines, name="lines"),
    path("<uuid:public_id>/publish/", views.publish, name="publish"),
    path("<uuid:public_id>/files/<slug:format_name>/", views.download, name="file"),
]
