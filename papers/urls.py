from django.urls import path

from papers.views import engagements, papers, templates

app_name = "papers"
urlpatterns = [
    path("projects/<uuid:public_id>/", papers.project, name="project"),
    path("projects/<uuid:public_id>/file.zip", papers.whole_file, name="whole_file"),
    path("projects/<uuid:public_id>/<slug:form_code>/<slug:format_name>/", papers.paper, name="paper"),
    path("registration/", papers.registration_now, name="registration"),
    path("registration/<int:year>/", papers.registration_of, name="registration_of"),
    path("templates/", templates.index, name="templates"),
    path("templates/new/<slug:form_code>/", templates.new, name="template_new"),
    path("templates/<uuid:public_id>/file/", templates.file, name="template_file"),
    path("templates/<uuid:public_id>/withdraw/", templates.withdraw, name="template_withdraw"),
    path("audits/", engagements.index, name="engagements"),
    path("audits/new/", engagements.new, name="engagement_new"),
    path("audits/<uuid:public_id>/", engagements.detail, name="engagement"),
    path("audits/<uuid:public_id>/close/", engagements.close, name="engagement_close"),
    path("audits/<uuid:public_id>/draw/", engagements.draw, name="sample_new"),
    path("samples/<uuid:public_id>/", engagements.sample, name="sample"),
    path("samples/<uuid:public_id>/file.zip", engagements.sample_file, name="sample_file"),
]
