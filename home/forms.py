"""What is asked on the pages of the overview."""

from django.utils.translation import gettext_lazy as _

from core.forms import DateField, FilterForm


class NetworkFilter(FilterForm):
    on = DateField(label=_("On the day"), required=False)
