"""The results of the programme: what stood in every report of the first version of this portal."""

from django.utils.translation import gettext_lazy as _

from programmes.models import REGULAR
from reports.kinds.kind import Kind, register
from reports.measures.activities import activities_section
from reports.measures.money import money_section
from reports.measures.projects import places_section, progress_section, states_section
from reports.measures.targets import target_notes, targets_section

PROGRAMME_RESULTS = register(
    Kind(
        code="programme-results",
        title="Báo cáo kết quả thực hiện chương trình khuyến công",
        name=_("Results of the industrial-extension programme"),
        sections=(
            targets_section,
            money_section,
            states_section,
            activities_section,
            places_section,
            progress_section,
        ),
        periods=REGULAR,
        notes=target_notes,
    )
)
