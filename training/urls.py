from django.urls import path

from training import roster_views, subject_views, views

app_name = "training"
urlpatterns = [
    path("", views.index, name="list"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("subjects/", subject_views.index, name="subjects"),
    path("subjects/<int:pk>/", subject_views.subject, name="subject"),
    path("subjects/counting/<int:pk>/", subject_views.counting, name="counting"),
    path("<uuid:public_id>/course/", roster_views.course, name="course"),
    path("<uuid:public_id>/roster/", roster_views.roster, name="roster"),
    path("<uuid:public_id>/presence/", roster_views.present, name="presence"),
    path("<uuid:public_id>/roster/<uuid:trainee_id>/", roster_views.trainee, name="trainee"),
    path("<uuid:public_id>/edit/", views.edit, name="edit"),
    path("projects/<uuid:public_id>/", views.project_panel, name="project_panel"),
    path("projects/<uuid:public_id>/new/", views.new, name="new"),
]
