from django.contrib.auth.decorators import login_not_required
from django.urls import path

from accounts.views import clients, drafts, handing, people, saved, second, session, staff

app_name = "accounts"
urlpatterns = [
    path("sign-in/", login_not_required(session.SignIn.as_view()), name="sign_in"),
    path("sign-out/", session.SignOut.as_view(), name="sign_out"),
    path("password/", session.password, name="password"),
    path("second-factor/", second.second_factor, name="second_factor"),
    path("drafts/", drafts.draft, name="draft"),
    path("drafts/drop/", drafts.draft_drop, name="draft_drop"),
    path("views/save/", saved.view_save, name="view_save"),
    path("views/<int:pk>/drop/", saved.view_drop, name="view_drop"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/coverage/", people.coverage, name="coverage"),
    path("people/<uuid:public_id>/", people.person, name="person"),
    path("people/<uuid:public_id>/edit/", people.person_edit, name="person_edit"),
    path("people/<uuid:public_id>/password/", people.person_password, name="person_password"),
    path("people/<uuid:public_id>/second-factor/", second.person_reset, name="person_factor"),
    path("people/<uuid:public_id>/close/", people.person_deactivate, name="person_deactivate"),
    path("people/<uuid:public_id>/open/", people.person_reactivate, name="person_reactivate"),
    path("people/<uuid:public_id>/roles/new/", people.grant_new, name="grant_new"),
    path("people/<uuid:public_id>/roles/<int:grant_id>/end/", people.grant_end, name="grant_end"),
    path("staff/", staff.staff, name="staff"),
    path("staff/<uuid:public_id>/", staff.staff_one, name="staff_one"),
    path("hand-overs/", handing.hand_overs, name="hand_overs"),
    path("hand-overs/new/", handing.hand_over_new, name="hand_over_new"),
    path("hand-overs/<uuid:public_id>/", handing.hand_over, name="hand_over"),
    path("clients/", clients.clients, name="clients"),
    path("clients/new/", clients.client_new, name="client_new"),
    path("clients/<slug:client_id>/", clients.client, name="client"),
    path("clients/<slug:client_id>/edit/", clients.client_edit, name="client_edit"),
    path("clients/<slug:client_id>/close/", clients.client_deactivate, name="client_deactivate"),
    path("clients/<slug:client_id>/secrets/new/", clients.secret_new, name="secret_new"),
    path("clients/<slug:client_id>/secrets/<int:secret_id>/revoke/", clients.secret_revoke, name="secret_revoke"),
]
