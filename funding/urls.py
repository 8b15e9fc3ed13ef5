from django.urls import path

from funding import batch_views, exception_views, resource_views, views

app_name = "funding"
urlpatterns = [
    path("", views.board, name="board"),
    path("batch/", batch_views.batch, name="batch"),
    path("batch/effect/", batch_views.effect, name="batch_effect"),
    path("lock/", views.lock, name="lock"),
    path("lock/exceptions/new/", exception_views.exception_open, name="exception_open"),
    path("lock/exceptions/<uuid:public_id>/", exception_views.exception, name="exception"),
    path("budgets/new/", views.give, name="give"),
    path("budgets/<uuid:public_id>/", views.budget, name="budget"),
    path("budgets/<uuid:public_id>/year-end/", views.year_end, name="year_end"),
    path("budgets/<uuid:public_id>/treasury/", views.treasury, name="treasury"),
    path("budgets/<uuid:public_id>/treasury/sheet.xlsx", views.treasury_sheet, name="treasury_sheet"),
    path("resources/", resource_views.index, name="pledges"),
    path("resources/new/", resource_views.new, name="pledge_new"),
    path("resources/counterpart/", resource_views.counterpart, name="counterpart"),
    path("resources/<uuid:public_id>/", resource_views.pledge, name="pledge"),
    path("resources/<uuid:public_id>/edit/", resource_views.edit, name="pledge_edit"),
    path("projects/<uuid:public_id>/resources/", resource_views.of_project, name="pledges_of_project"),
    path("projects/<uuid:public_id>/", views.project_panel, name="project_panel"),
    path("projects/<uuid:public_id>/pay/", views.pay_project, name="pay"),
    path("projects/<uuid:public_id>/allocate/", views.allocate_project, name="allocate"),
    path("entries/<uuid:public_id>/correct/", views.correct_entry, name="correct"),
]
