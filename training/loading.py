"""Subjects, counting rules and the time of rosters from data/: only what is not there yet. What an official changed
since stays."""

from core.models import Verified
from core.reference import rows
from programmes.models import Indicator
from training.identity import settle_all
from training.models import CountingRule, RosterRetention, TrainingSubject

MONTHS = 60


def load_training() -> dict[str, int]:
    """Safe to run again. Units may have changed before it: who is one person is worked out anew."""
    subjects, rules = rows("training_subjects.csv"), rows("training_counts.csv")
    for row in subjects:
        values = {name: row[name] for name in ("name", "kind", "verified", "note")}
        TrainingSubject.objects.get_or_create(code=row["code"], defaults=values)
    for row in rules:
        indicator = Indicator.objects.get(code=row["indicator"])
        if not indicator.counting.exists():
            values = {name: row[name] for name in ("unit", "kinds", "verified", "note")}
            CountingRule.objects.create(indicator=indicator, **values)
    RosterRetention.objects.get_or_create(
        pk=1, defaults={"months": MONTHS, "verified": Verified.NO, "note": "chưa có văn bản quy định; đơn vị tự đặt"}
    )
    settle_all()
    return {"training subjects": len(subjects), "training counts": len(rules)}
