"""The life of a report: draft → submitted → published (figures fixed) → superseded or withdrawn. Number and date of
issue are a stamp on a published version. A version is superseded by the one published after it; nobody takes that step.
"""

from django.utils.translation import gettext_lazy as _

from audit.steps import Life, Step
from reports import permissions as p
from reports.models import ReportState as S

REPORT_LIFE = Life(
    "report",
    [
        Step("submit", _("Submit for approval"), frozenset({S.DRAFT}), S.SUBMITTED, p.may_submit),
        Step("return", _("Return to the draft"), frozenset({S.SUBMITTED}), S.DRAFT, p.may_return, note_required=True),
        Step("publish", _("Approve and fix the figures"), frozenset({S.SUBMITTED}), S.PUBLISHED, p.may_publish),
        Step("issue", _("Record the issue"), frozenset({S.PUBLISHED}), S.PUBLISHED, p.may_issue),
        Step(
            "withdraw",
            _("Withdraw the report"),
            frozenset({S.PUBLISHED}),
            S.WITHDRAWN,
            p.may_withdraw,
            note_required=True,
            danger=True,
        ),
    ],
    lambda state: str(S(state).label),
    counter="",
)
