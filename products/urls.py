from django.urls import path

from products.views import lists, products, rounds

app_name = "products"
urlpatterns = [
    path("", products.index, name="list"),
    path("<uuid:public_id>/", products.detail, name="detail"),
    path("<uuid:public_id>/photos/<int:pk>/", products.photo, name="photo"),
    path("<uuid:public_id>/edit/", products.edit, name="edit"),
    path("<uuid:public_id>/brands/new/", products.brand_new, name="brand_new"),
    path("brands/<uuid:public_id>/", products.brand, name="brand"),
    path("enterprises/<uuid:public_id>/", products.of_enterprise, name="of_enterprise"),
    path("enterprises/<uuid:public_id>/new/", products.new, name="new"),
    path("projects/<uuid:public_id>/", products.of_project, name="of_project"),
    path("rounds/", rounds.index, name="rounds"),
    path("rounds/new/", rounds.new, name="round_new"),
    path("rounds/<uuid:public_id>/", rounds.detail, name="round"),
    path("rounds/<uuid:public_id>/edit/", rounds.edit, name="round_edit"),
    path("rounds/<uuid:public_id>/enter/", rounds.enter, name="round_enter"),
    path("rounds/<uuid:public_id>/council/", rounds.council, name="round_council"),
    path("rounds/<uuid:public_id>/scores/", rounds.scores, name="round_scores"),
    path("rounds/<uuid:public_id>/steps/<slug:code>/", rounds.step, name="round_step"),
    path("entries/", rounds.entries, name="entries"),
    path("entries/<uuid:public_id>/remove/", rounds.remove, name="entry_remove"),
    path("results/", rounds.results, name="results"),
    path("spearheads/", lists.spearheads, name="spearheads"),
    path("spearheads/new/", lists.spearhead_new, name="spearhead_new"),
    path("spearheads/<uuid:public_id>/", lists.spearhead, name="spearhead"),
    path("spearheads/<uuid:public_id>/edit/", lists.spearhead_edit, name="spearhead_edit"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<slug:slug>/<int:pk>/", lists.list_row, name="list_row"),
]
