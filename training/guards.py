"""The line «khóa số liệu đến hết ngày …» over classes and over what is counted of their rosters."""

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

_OF_CLASS = (
    "EXISTS (SELECT 1 FROM training_trainingclass held WHERE held.id = {0}.training_class_id AND "
    + locked("held.counts_on", "held.project_id")
    + ")"
)
_COUNTED = (
    "public_id", "training_class_id", "number", "person", "id_key", "name_key", "phone_key", "apart", "sex",
    "age_group", "commune_id",
)  # fmt: skip
_OTHER = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _COUNTED)
_WAIT = (
    "PERFORM pg_advisory_xact_lock_shared(1801, (SELECT province_id::int FROM projects_project JOIN "
    "training_trainingclass ON training_trainingclass.project_id = projects_project.id "
    "WHERE training_trainingclass.id = {0}.training_class_id));"
)

register(
    row_rules(
        "attendances_line",
        "training_attendance",
        "Who is counted of a class in the locked time stays: nobody joins, leaves or becomes somebody else.",
        message="the day is locked",
        insert=(
            f"{_OF_CLASS.format('NEW')} OR EXISTS (SELECT 1 FROM training_attendance known WHERE (known.id = NEW.id OR "
            "known.public_id = NEW.public_id OR (known.training_class_id = NEW.training_class_id AND "
            f"known.number = NEW.number)) AND {_OF_CLASS.format('known')})"
        ),
        update=f"NEW.id <> OLD.id OR (({_OTHER}) AND ({_OF_CLASS.format('OLD')} OR {_OF_CLASS.format('NEW')}))",
        delete=_OF_CLASS.format("OLD"),
        before=(_WAIT.format("NEW"), _WAIT.format("OLD")),
    )
)
