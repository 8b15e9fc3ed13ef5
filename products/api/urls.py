from django.urls import path

from products.api.views import EntryList, ProductList, ProductOne, RoundList, RoundOne, SpearheadList

urlpatterns = [
    path("products/", ProductList.as_view(), name="products"),
    path("products/<uuid:product_id>/", ProductOne.as_view(), name="product"),
    path("selection-rounds/", RoundList.as_view(), name="selection-rounds"),
    path("selection-rounds/<uuid:round_id>/", RoundOne.as_view(), name="selection-round"),
    path("selection-entries/", EntryList.as_view(), name="selection-entries"),
    path("spearheads/", SpearheadList.as_view(), name="spearheads"),
]
