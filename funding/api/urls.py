from django.urls import path

from funding.api import life, money, projects

urlpatterns = [
    path("projects/", projects.ProjectList.as_view(), name="projects"),
    path("projects/<uuid:project_id>/", projects.ProjectOne.as_view(), name="project"),
    path("projects/<uuid:project_id>/lines/", projects.ProjectLines.as_view(), name="project-lines"),
    path("projects/<uuid:project_id>/history/", projects.ProjectHistory.as_view(), name="project-history"),
    path("projects/<uuid:project_id>/steps/<slug:step>/", projects.ProjectStep.as_view(), name="project-step"),
    path("projects/<uuid:project_id>/papers/", life.PaperList.as_view(), name="papers"),
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
    path("budgets/", money.BudgetList.as_view(), name="budgets"),
    path("allocations/", money.AllocationList.as_view(), name="allocations"),
    path("payments/", money.PaymentList.as_view(), name="payments"),
]
