from django.urls import path

from papers import views

app_name = "papers"
urlpatterns = [
    path("projects/<uuid:public_id>/", views.project, name="project"),
    path("projects/<uuid:public_id>/file.zip", views.whole_file, name="whole_file"),
    path("projects/<uuid:public_id>/<slug:form_code>/<slug:format_name>/", views.paper, name="paper"),
    path("registration/", views.registration_now, name="registration"),
    path("registration/<int:year>/", views.registration_of, name="registration_of"),
    path("templates/", views.templates, name="templates"),
    path("templates/new/<slug:form_code>/", views.template_new, name="template_new"),
    path("templates/<uuid:public_id>/file/", views.template_file, name="template_file"),
    path("templates/<uuid:public_id>/withdraw/", views.template_withdraw, name="template_withdraw"),
]
