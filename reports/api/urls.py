from django.urls import path

from reports.api import entered, figures, look, views

urlpatterns = [
    path("targets/", figures.TargetList.as_view(), name="targets"),
    path("summary/", figures.SummaryView.as_view(), name="summary"),
    path("entered-figures/", entered.EnteredList.as_view(), name="entered-figures"),
    path("entered-figures/<uuid:figure_id>/", entered.EnteredOne.as_view(), name="entered-figure"),
    path("report-layouts/", look.LayoutList.as_view(), name="report-layouts"),
    path("report-layouts/<uuid:layout_id>/", look.LayoutOne.as_view(), name="report-layout"),
    path("report-templates/", look.TemplateList.as_view(), name="report-templates"),
    path("report-templates/<uuid:template_id>/", look.TemplateOne.as_view(), name="report-template"),
    path("report-templates/<uuid:template_id>/file/", look.TemplateFile.as_view(), name="report-template-file"),
    path("report-templates/<uuid:template_id>/withdraw/", look.TemplateWithdraw.as_view(), name="report-template-end"),
    path("reports/", views.ReportList.as_view(), name="reports"),
    path("reports/<uuid:report_id>/", views.ReportOne.as_view(), name="report"),
    path("reports/<uuid:report_id>/lines/", views.ReportLines.as_view(), name="report-lines"),
    path("reports/<uuid:report_id>/files/<slug:format_name>/", views.ReportFileView.as_view(), name="report-file"),
    path("reports/<uuid:report_id>/checks/", views.ReportChecks.as_view(), name="report-checks"),
    path("reports/<uuid:report_id>/texts/", views.ReportTexts.as_view(), name="report-texts"),
    path("reports/<uuid:report_id>/changes/", views.ReportChanges.as_view(), name="report-changes"),
    path("reports/<uuid:report_id>/steps/submit/", views.SubmitStep.as_view(), name="report-submit"),
    path("reports/<uuid:report_id>/steps/return/", views.ReturnStep.as_view(), name="report-return"),
    path("reports/<uuid:report_id>/steps/publish/", views.PublishStep.as_view(), name="report-publish"),
    path("reports/<uuid:report_id>/steps/issue/", views.IssueStep.as_view(), name="report-issue"),
    path("reports/<uuid:report_id>/steps/withdraw/", views.WithdrawStep.as_view(), name="report-withdraw"),
]
