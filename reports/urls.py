from django.urls import path

from reports import entered_views, layout_views
from reports.views import asking, reading, steps

app_name = "reports"
urlpatterns = [
    path("", asking.report_list, name="list"),
    path("entered/", entered_views.entered, name="entered"),
    path("entered/<uuid:public_id>/", entered_views.entered, name="entered"),
    path("board/<slug:code>/", asking.board, name="board"),
    path("schedule/", asking.schedule, name="schedule"),
    path("layouts/", layout_views.index, name="layouts"),
    path("layouts/new/", layout_views.new, name="layout_new"),
    path("layouts/templates/new/<slug:format_name>/", layout_views.template_new, name="template_new"),
    path("layouts/templates/<slug:public_id>/file/", layout_views.template_file, name="template_file"),
    path("layouts/templates/<uuid:public_id>/withdraw/", layout_views.template_withdraw, name="template_withdraw"),
    path("jobs/<uuid:public_id>/", asking.watch, name="watch"),
    path("<uuid:public_id>/", reading.report, name="detail"),
    path("<uuid:public_id>/lines/", reading.lines, name="lines"),
    path("<uuid:public_id>/publish/", steps.publish, name="publish"),
    path("<uuid:public_id>/texts/", steps.write, name="texts"),
    path("<uuid:public_id>/compare/", reading.compare_versions, name="compare"),
    path("<uuid:public_id>/steps/<slug:step>/", steps.step, name="step"),
    path("<uuid:public_id>/files/<slug:format_name>/", reading.download, name="file"),
]
