"""What everybody may read, under an address that can be printed on a leaflet."""

from django.urls import path

from outreach.views import public

app_name = "public"
urlpatterns = [
    path("", public.policies, name="policies"),
    path("duoc-ho-tro-gi/", public.asks, name="support"),
    path("tra-cuu-ho-so/", public.status, name="status"),
    path("<uuid:public_id>/", public.policy, name="policy"),
    path("<uuid:public_id>/files/<int:pk>/", public.policy_file, name="policy_file"),
]
