"""The line «khóa số liệu đến hết ngày …» over classes."""

from core.guards import register, row_rules
from projects.guards import locked, waiting_for_the_line

_TABLE = "training_trainingclass"

register(
    row_rules(
        "classes_line",
        _TABLE,
        "A class that counts in the locked time stays as it is, and none is entered or moved into it.",
        message="the day is locked",
        insert=(
            f"{locked('NEW.counts_on', 'NEW.project_id')} OR EXISTS (SELECT 1 FROM {_TABLE} known "
            "WHERE (known.id = NEW.id OR known.public_id = NEW.public_id) "
            f"AND {locked('known.counts_on', 'known.project_id')})"
        ),
        update=(
            "NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id "
            f"OR {locked('OLD.counts_on', 'OLD.project_id')} OR {locked('NEW.counts_on', 'NEW.project_id')}"
        ),
        delete=locked("OLD.counts_on", "OLD.project_id"),
        before=(waiting_for_the_line("NEW.project_id"), waiting_for_the_line("OLD.project_id")),
    )
)
