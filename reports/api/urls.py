from django.urls import path

from reports.api import figures, views

urlpatterns = [
    path("targets/", figures.TargetList.as_view(), name="targets"),
    path("summary/", figures.SummaryView.as_view(), name="summary"),
    path("reports/", views.ReportList.as_view(), name="reports"),
    path("reports/<uuid:report_id>/", views.ReportOne.as_view(), name="report"),
    path("reports/<uuid:report_id>/lines/", views.ReportLines.as_view(), name="report-lines"),
    path("reports/<uuid:report_id>/files/<slug:format_name>/", views.ReportFileView.as_view(), name="report-file"),
    path("reports/<uuid:report_id>/steps/publish/", views.PublishStep.as_view(), name="report-publish"),
]
