from django.urls import path

from coordination.api import views

urlpatterns = [
    path("task-documents/", views.DocumentList.as_view(), name="task-documents"),
    path("given-tasks/", views.TaskList.as_view(), name="given-tasks"),
    path("given-tasks/<uuid:task_id>/", views.TaskOne.as_view(), name="given-task"),
    path("given-tasks/<uuid:task_id>/results/", views.ResultList.as_view(), name="given-task-results"),
    path("given-tasks/<uuid:task_id>/steps/<slug:step>/", views.TaskStep.as_view(), name="given-task-step"),
    path("threads/", views.ThreadList.as_view(), name="threads"),
    path("threads/<uuid:thread_id>/", views.ThreadOne.as_view(), name="thread"),
    path("threads/<uuid:thread_id>/messages/", views.MessageList.as_view(), name="thread-messages"),
    path("threads/<uuid:thread_id>/steps/<slug:step>/", views.ThreadStep.as_view(), name="thread-step"),
]
