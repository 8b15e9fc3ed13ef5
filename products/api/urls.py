from django.urls import path

from products.api import selections, views

urlpatterns = [
    path("products/", views.ProductList.as_view(), name="products"),
    path("products/<uuid:product_id>/", views.ProductOne.as_view(), name="product"),
    path("products/<uuid:product_id>/brands/", views.BrandList.as_view(), name="brands"),
    path("product-groups/", views.ProductGroups.as_view(), name="product-groups"),
    path("brands/<uuid:brand_id>/", views.BrandOne.as_view(), name="brand"),
    path("brands/<uuid:brand_id>/steps/<slug:step>/", views.BrandStep.as_view(), name="brand-step"),
    path("selection-levels/", views.SelectionLevels.as_view(), name="selection-levels"),
    path("selection-rounds/", selections.RoundList.as_view(), name="selection-rounds"),
    path("selection-rounds/<uuid:round_id>/", selections.RoundOne.as_view(), name="selection-round"),
    path("selection-rounds/<uuid:round_id>/council/", selections.RoundCouncil.as_view(), name="selection-council"),
    path("selection-rounds/<uuid:round_id>/scores/", selections.RoundScores.as_view(), name="selection-scores"),
    path("selection-rounds/<uuid:round_id>/steps/<slug:step>/", selections.RoundStep.as_view(), name="selection-step"),
    path("selection-entries/", selections.EntryList.as_view(), name="selection-entries"),
    path("selection-entries/<uuid:entry_id>/", selections.EntryOne.as_view(), name="selection-entry"),
    path("selection-entries/<uuid:entry_id>/remove/", selections.EntryRemove.as_view(), name="selection-entry-remove"),
    path("spearheads/", views.SpearheadList.as_view(), name="spearheads"),
    path("spearheads/<uuid:spearhead_id>/", views.SpearheadOne.as_view(), name="spearhead"),
]
