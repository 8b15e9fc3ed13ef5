"""What is typed about people, roles and programs: types and formats. Rules stand in services."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import SCOPES, Agency, Grant, User
from accounts.roles import Role
from accounts.services import areas_for_grant
from core import clock
from core.errors import DomainError
from core.forms import DateField, KcForm
from places.models import Area, Level

# --- signing in -------------------------------------------------------------------------------------------------------


class SignInForm(KcForm, AuthenticationForm):
    """One message for every pair that does not open, whatever the cause."""

    error_messages = {
        "invalid_login": _("This account and this password do not go together. Look at both and try again."),
        "inactive": _("This account and this password do not go together. Look at both and try again."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("Account")
        self.fields["username"].widget.attrs.update(autocomplete="username", spellcheck="false")
        self.fields["password"].label = _("Password")

    def clean_username(self) -> str:
        """A telephone begins every field with a capital; accounts have none."""
        return str(self.cleaned_data["username"]).strip().lower()


class OwnPasswordForm(KcForm, PasswordChangeForm):
    """The old password once, the new one twice. Whether the new one is good enough says the service too."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["old_password"].label = _("Password until now")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _("At least 12 characters; a sentence is easy to remember.")
        self.fields["new_password2"].label = _("New password once more")

    def blame(self, error: DomainError) -> None:
        for text in error.fields.pop("password", []):
            self.add_error("new_password1", text)
        if error.fields or not self.errors:
            super().blame(error)


# --- people -----------------------------------------------------------------------------------------------------------


class _AgencyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    pass


class PersonForm(KcForm):
    full_name = forms.CharField(label=_("Full name"), max_length=150)
    agency = _AgencyChoice(label=_("Agency"), queryset=Agency.objects.none())
    position = forms.CharField(label=_("Position"), max_length=150, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=20, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, person: User | None = None, **kwargs: Any) -> None:
        if person is not None:
            names = ("full_name", "agency", "position", "email", "phone", "version")
            kwargs["initial"] = {name: getattr(person, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.administered_by(actor)  # type: ignore[attr-defined]
        self.fields["email"].widget.attrs.update(inputmode="email", autocomplete="off")
        self.fields["phone"].widget.attrs.update(inputmode="tel", autocomplete="off")


class NewPersonForm(PersonForm):
    username = forms.CharField(
        label=_("Account"),
        max_length=60,
        help_text=_("What the person signs in with: letters without accents, digits, for example hoa.tran. It stays."),
    )
    version = None  # type: ignore[assignment]
    field_order = ("full_name", "username", "agency", "position", "email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs.update(autocapitalize="none", autocomplete="off", spellcheck="false")


class DeactivateForm(KcForm):
    note = forms.CharField(label=_("Reason"), max_length=300, required=False)


class PeopleFilter(KcForm):
    """What the list of people is narrowed by. What cannot be taken is left out."""

    STATES = (("", _("Who may sign in")), ("closed", _("Closed accounts")), ("all", _("All")))

    q = forms.CharField(label=_("Name or account"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none(), required=False, to_field_name="uid")
    state = forms.ChoiceField(label=_("Accounts"), choices=STATES, required=False)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["role"]
        roles.choices = [("", _("All roles")), *Role.choices]
        areas: Any = self.fields["area"]
        today = clock.today()
        offered = areas_for_grant(actor, Role.COLLABORATOR, today) | areas_for_grant(actor, Role.OFFICER, today)
        areas.queryset = offered.order_by("folded")

    def narrow(self, rows: "QuerySet[User]") -> "QuerySet[User]":
        """The people who fit, by the roles they have today."""
        self.is_valid()
        data = self.cleaned_data
        if data.get("q"):
            rows = rows.search(data["q"])  # type: ignore[attr-defined]
        state = data.get("state")
        if state != "all":
            rows = rows.filter(is_active=state != "closed")
        now: QuerySet[Grant] = Grant.objects.valid_on(clock.today())
        if data.get("role"):
            now = now.filter(role=data["role"])
        area: Area | None = data.get("area")
        if area is not None:  # whoever answers for the area, or for a larger one that holds it
            now = now.filter(Q(area__isnull=True) | Q(area__closure_down__area=area))
        if data.get("role") or area is not None:
            rows = rows.filter(pk__in=now.values("user_id"))
        return rows


# --- roles ------------------------------------------------------------------------------------------------------------


def _area_choices(actor: User, day: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Areas of one kind after the other, as they were on the day."""
    rows = list(areas_for_grant(actor, Role.OFFICER, day).order_by("folded"))
    rows += areas_for_grant(actor, Role.COLLABORATOR, day).order_by("folded")
    groups = ((Level.PROVINCE, _("Provinces")), (Level.COMMUNE, _("Communes")), (Level.DISTRICT, _("Districts")))
    found = [(str(title), [(row.uid, row.full_name) for row in rows if row.level == level]) for level, title in groups]
    return [group for group in found if group[1]]


class AreaOfDayMixin(KcForm):
    """Offers the areas that existed on a day, and gives the Area for the uid chosen."""

    def offer_areas(self, actor: User, day: dt.date) -> None:
        field: Any = self.fields["area"]
        field.choices = [("", _("Choose")), *_area_choices(actor, day)]
        field.error_messages["invalid_choice"] = _("This area does not exist on the first day. Choose another one.")

    def clean_area(self) -> Area | None:
        uid = self.cleaned_data.get("area")
        return Area.objects.filter(uid=uid).first() if uid else None


class GrantForm(AreaOfDayMixin):
    role = forms.ChoiceField(label=_("Role"))
    valid_from = DateField(label=_("First day"))
    valid_to = DateField(label=_("Last day"), required=False, help_text=_("Empty: until further notice."))
    area = forms.ChoiceField(label=_("Area"))
    field_order = ("role", "valid_from", "valid_to", "area")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"valid_from": clock.today(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["role"]
        roles.choices = [("", _("Choose")), *Role.choices]
        self.day = self._first_day()
        self.offer_areas(actor, self.day)

    def _first_day(self) -> dt.date:
        """The first day as typed, or today while there is none that can be read."""
        field = self.fields["valid_from"]
        typed = self["valid_from"].value()
        try:
            day = field.clean(typed)
        except forms.ValidationError:
            return clock.today()
        return day if isinstance(day, dt.date) else clock.today()


class EndGrantForm(KcForm):
    on = DateField(label=_("Last day"), help_text=_("Yesterday ends the role at once; today, at midnight."))


# --- programs ---------------------------------------------------------------------------------------------------------

SCOPE_LABELS = {
    "reports:read": _("read reports"),
    "reports:write": _("ask for reports and move them on"),
    "records:read": _("read records"),
    "records:write": _("enter and change records"),
}


class ClientForm(KcForm):
    name = forms.CharField(label=_("Name of the program"), max_length=150)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(scope, SCOPE_LABELS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    may_publish = forms.BooleanField(label=_("It may publish reports"), required=False)


class NewClientForm(ClientForm, AreaOfDayMixin):
    agency = _AgencyChoice(label=_("Agency"), queryset=Agency.objects.none())
    role = forms.ChoiceField(label=_("Acts with the role"))
    area = forms.ChoiceField(label=_("Area"))
    field_order = ("name", "agency", "role", "area", "scopes", "may_publish")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.administered_by(actor)  # type: ignore[attr-defined]
        roles: Any = self.fields["role"]
        known = [(role.value, role.label) for role in Role if role != Role.ADMINISTRATOR]
        roles.choices = [("", _("Choose")), *known]
        self.offer_areas(actor, clock.today())
