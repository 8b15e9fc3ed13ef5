from django.urls import path

from clusters.api import views

PARTS = {
    "communes": (views.CommuneList, views.CommuneOne),
    "stages": (views.StageList, views.StageOne),
    "investors": (views.InvestorList, views.InvestorOne),
    "occupants": (views.OccupantList, views.OccupantOne),
    "licences": (views.LicenceList, views.LicenceOne),
    "wastewater": (views.WastewaterList, views.WastewaterOne),
    "works": (views.WorkList, views.WorkOne),
}
ONE = "clusters/<uuid:cluster_id>/"

urlpatterns = [
    path("clusters/", views.ClusterList.as_view(), name="clusters"),
    path(ONE, views.ClusterOne.as_view(), name="cluster"),
    path("cluster-stages/", views.StageCodes.as_view(), name="cluster-stages-known"),
    *(path(f"{ONE}{slug}/", several.as_view(), name=f"cluster-{slug}") for slug, (several, _one) in PARTS.items()),
    *(
        path(f"{ONE}{slug}/<int:part_id>/", one.as_view(), name=f"cluster-{slug}-one")
        for slug, (_several, one) in PARTS.items()
    ),
    path(f"{ONE}<slug:part>/<int:part_id>/remove/", views.PartRemove.as_view(), name="cluster-part-remove"),
]
