from django.urls import path

from funding.api import exceptions, inspections, life, money, projects, reminders, resources, year_end

urlpatterns = [
    path("lock-exceptions/", exceptions.ExceptionList.as_view(), name="lock-exceptions"),
    path("lock-exceptions/<uuid:exception_id>/", exceptions.ExceptionOne.as_view(), name="lock-exception"),
    path("lock-exceptions/<uuid:exception_id>/close/", exceptions.ExceptionClose.as_view(), name="lock-exception-end"),
    path("projects/", projects.ProjectList.as_view(), name="projects"),
    path("projects/<uuid:project_id>/", projects.ProjectOne.as_view(), name="project"),
    path("projects/<uuid:project_id>/lines/", projects.ProjectLines.as_view(), name="project-lines"),
    path("projects/<uuid:project_id>/history/", projects.ProjectHistory.as_view(), name="project-history"),
    path("projects/<uuid:project_id>/steps/<slug:step>/", projects.ProjectStep.as_view(), name="project-step"),
    path("projects/<uuid:project_id>/papers/", life.PaperList.as_view(), name="papers"),
    path("projects/<uuid:project_id>/advances/", year_end.AdvanceList.as_view(), name="advances"),
    path("projects/<uuid:project_id>/opinions/", life.OpinionList.as_view(), name="opinions"),
    path("projects/<uuid:project_id>/contracts/", life.ContractList.as_view(), name="contracts"),
    path(
        "projects/<uuid:project_id>/contracts/<uuid:contract_id>/void/",
        life.ContractVoid.as_view(),
        name="contract-void",
    ),
    path("projects/<uuid:project_id>/adjustments/", life.AdjustmentList.as_view(), name="adjustments"),
    path(
        "projects/<uuid:project_id>/adjustments/<uuid:adjustment_id>/steps/<slug:step>/",
        life.AdjustmentStep.as_view(),
        name="adjustment-step",
    ),
    path("projects/<uuid:project_id>/inspections/", inspections.InspectionList.as_view(), name="inspections"),
    path(
        "projects/<uuid:project_id>/inspections/<uuid:inspection_id>/sign/",
        inspections.InspectionSign.as_view(),
        name="inspection-sign",
    ),
    path(
        "projects/<uuid:project_id>/inspections/<uuid:inspection_id>/requirements/<int:requirement_id>/done/",
        inspections.RequirementDone.as_view(),
        name="inspection-requirement-done",
    ),
    path("projects/<uuid:project_id>/progress/", projects.ProgressList.as_view(), name="progress"),
    path("projects/<uuid:project_id>/progress/<uuid:uuid>/", projects.ProgressOne.as_view(), name="progress-one"),
    path(
        "projects/<uuid:project_id>/progress/<uuid:uuid>/confirm/",
        projects.ProgressConfirm.as_view(),
        name="progress-confirm",
    ),
    path(
        "projects/<uuid:project_id>/progress/<uuid:uuid>/return/",
        projects.ProgressReturn.as_view(),
        name="progress-return",
    ),
    path("projects/<uuid:project_id>/evidence/", projects.Evidence.as_view(), name="evidence"),
    path(
        "projects/<uuid:project_id>/evidence/<int:photo_id>/file/",
        projects.EvidenceFile.as_view(),
        name="evidence-file",
    ),
    path("progress-reminders/", reminders.ReminderList.as_view(), name="progress-reminders"),
    path("pledges/", resources.PledgeList.as_view(), name="pledges"),
    path("pledges/<uuid:pledge_id>/", resources.PledgeOne.as_view(), name="pledge"),
    path("pledges/<uuid:pledge_id>/receipts/", resources.PledgeReceipts.as_view(), name="pledge-receipts"),
    path(
        "pledges/<uuid:pledge_id>/receipts/<int:receipt_id>/take-back/",
        resources.PledgeTakeBack.as_view(),
        name="pledge-take-back",
    ),
    path("pledges/<uuid:pledge_id>/withdraw/", resources.PledgeWithdraw.as_view(), name="pledge-withdraw"),
    path("budgets/", money.BudgetList.as_view(), name="budgets"),
    path("budgets/<uuid:budget_id>/year-end/", year_end.BudgetYearEnd.as_view(), name="year-end"),
    path("allocations/", money.AllocationList.as_view(), name="allocations"),
    path("payments/", money.PaymentList.as_view(), name="payments"),
]
