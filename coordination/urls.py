from django.urls import path

from coordination.views import exchange, lists, tasks

app_name = "coordination"
urlpatterns = [
    path("tasks/", tasks.index, name="tasks"),
    path("tasks/new/", tasks.new, name="task_new"),
    path("tasks/<uuid:public_id>/", tasks.one, name="task"),
    path("tasks/<uuid:public_id>/edit/", tasks.edit, name="task_edit"),
    path("tasks/<uuid:public_id>/results/<int:pk>/", tasks.paper, name="task_paper"),
    path("documents/", tasks.documents, name="documents"),
    path("documents/<uuid:public_id>/", tasks.document, name="document"),
    path("exchange/", exchange.index, name="exchange"),
    path("exchange/new/", exchange.new, name="thread_new"),
    path("exchange/<uuid:public_id>/", exchange.one, name="thread"),
    path("exchange/<uuid:public_id>/messages/<int:pk>/", exchange.attached, name="attached"),
    path("projects/<uuid:public_id>/", exchange.of_project, name="of_project"),
    path("areas/<slug:uid>/", exchange.of_area, name="of_area"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<slug:slug>/<int:pk>/", lists.row, name="list_row"),
]
