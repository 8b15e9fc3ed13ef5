from django.urls import path

from projects.views import adjustments, appraisal, contracts, drafting, editing, inbox, lists, progress, projects, steps

app_name = "projects"
urlpatterns = [
    path("", projects.index, name="list"),
    path("export/", lists.export, name="export"),
    path("bulk/", lists.bulk, name="bulk"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("new/", editing.new, name="new"),
    path("new/copy/", drafting.copy, name="copy"),
    path("completeness/", drafting.completeness, name="completeness"),
    path("beneficiaries/", editing.beneficiaries, name="beneficiaries"),
    path("ceilings/", editing.ceilings, name="ceilings"),
    path("of-establishment/<uuid:public_id>/", projects.of_enterprise, name="of_enterprise"),
    path("progress/", progress.mine, name="progress"),
    path("<uuid:public_id>/", projects.detail, name="detail"),
    path("<uuid:public_id>/lines.xlsx", projects.lines_sheet, name="lines_sheet"),
    path("<uuid:public_id>/edit/", editing.edit, name="edit"),
    path("<uuid:public_id>/steps/<slug:step>/", steps.step, name="step"),
    path("<uuid:public_id>/decision/", steps.step, {"step": "approve"}, name="decision"),
    path("<uuid:public_id>/decisions/<int:pk>/file/", steps.decision_file, name="file"),
    path("<uuid:public_id>/papers/<slug:kind>/<int:pk>/", steps.paper, name="paper"),
    path("<uuid:public_id>/opinion/", appraisal.opinion, name="opinion"),
    path("<uuid:public_id>/contracts/new/", contracts.new, name="contract_new"),
    path("<uuid:public_id>/contracts/<uuid:contract_id>/void/", contracts.void, name="contract_void"),
    path("<uuid:public_id>/adjustments/new/", adjustments.new, name="adjust"),
    path("<uuid:public_id>/adjustments/<uuid:adjustment_id>/", adjustments.detail, name="adjustment"),
    path("<uuid:public_id>/adjustments/<uuid:adjustment_id>/<slug:step>/", adjustments.step, name="adjustment_step"),
    path("<uuid:public_id>/progress/new/", progress.report, name="report"),
    path("<uuid:public_id>/progress/<uuid:uuid>/", progress.update, name="update"),
    path("<uuid:public_id>/progress/<uuid:uuid>/confirm/", progress.confirm, name="confirm"),
    path("<uuid:public_id>/progress/<uuid:uuid>/return/", progress.return_update, name="return_update"),
    path("<uuid:public_id>/progress/<uuid:uuid>/photos/<int:pk>/", progress.photo, name="photo"),
]
