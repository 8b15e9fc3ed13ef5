"""Keeping a list as it stands, and dropping it again. The list itself shows what is kept."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import saved_views
from accounts.signed_in import render_form, sent_once, user_of
from accounts.views.drafts import page_of_ours
from core.errors import Conflict
from core.forms import KcForm, NfcField
from core.once import OnceForm


class SavedViewForm(OnceForm, KcForm):
    name = NfcField(label=gettext_lazy("Name of the view"), max_length=60)
    page = forms.CharField(widget=forms.HiddenInput, max_length=300)
    query = forms.CharField(widget=forms.HiddenInput, max_length=4000, required=False)

    def clean_page(self) -> str:
        try:
            return page_of_ours(self.cleaned_data["page"])
        except ValueError as error:
            raise Http404 from error


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = SavedViewForm(request.POST)

    def act() -> str:
        data = form.cleaned_data
        return saved_views.save_view(user, data["page"], data["name"], data["query"]).url

    answer, error = sent_once(request, form, act, _("The view is kept."), raises=(Conflict,))
    if answer:
        return answer
    return render_form(request, "accounts/view_save.html", form, {}, error)


@require_POST
def view_drop(request: HttpRequest, pk: int) -> HttpResponse:
    view = saved_views.drop_view(user_of(request), pk)
    if view is None:
        raise Http404
    messages.success(request, _("The view «%(name)s» is dropped.") % {"name": view.name})
    return HttpResponseRedirect(view.page)
