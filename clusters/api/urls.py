from django.urls import path

from clusters.api.views import ClusterList, ClusterOne

urlpatterns = [
    path("clusters/", ClusterList.as_view(), name="clusters"),
    path("clusters/<uuid:cluster_id>/", ClusterOne.as_view(), name="cluster"),
]
