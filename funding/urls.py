from django.urls import path

from funding import batch_views, views

app_name = "funding"
urlpatterns = [
    path("", views.board, name="board"),
    path("batch/", batch_views.batch, name="batch"),
    path("batch/effect/", batch_views.effect, name="batch_effect"),
    path("lock/", views.lock, name="lock"),
    path("budgets/new/", views.give, name="give"),
    path("budgets/<uuid:public_id>/", views.budget, name="budget"),
    path("budgets/<uuid:public_id>/year-end/", views.year_end, name="year_end"),
    path("budgets/<uuid:public_id>/treasury/", views.treasury, name="treasury"),
    path("budgets/<uuid:public_id>/treasury/sheet.xlsx", views.treasury_sheet, name="treasury_sheet"),
    path("projects/<uuid:public_id>/", views.project_panel, name="project_panel"),
    path("projects/<uuid:public_id>/pay/", views.pay_project, name="pay"),
    path("projects/<uuid:public_id>/allocate/", views.allocate_project, name="allocate"),
    path("entries/<uuid:public_id>/correct/", views.correct_entry, name="correct"),
]
