"""The line «khóa số liệu đến hết ngày …» over classes and over what is counted of their rosters."""

from core.guards import register, row_rules
from projects.guards import locked, opened, waiting_for_the_line

_TABLE = "training_trainingclass"
_OPENED = opened("NEW", "classes", "exception_at")
_STAMPED = "NEW.exception_at IS DISTINCT FROM OLD.exception_at"  # a stamp of an earlier change opens nothing any more

register(
    row_rules(
        "classes_line",
        _TABLE,
        "A class that counts in the locked time stays as it is, none is entered or moved into it, but by an exception.",
        message="the day is locked",
        insert=(
            f"({locked('NEW.counts_on', 'NEW.project_id')} AND NOT {_OPENED}) OR EXISTS (SELECT 1 FROM {_TABLE} known "
            "WHERE (known.id = NEW.id OR known.public_id = NEW.public_id) "
            f"AND {locked('known.counts_on', 'known.project_id')})"
        ),
        update=(
            "NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id "
            f"OR (({locked('OLD.counts_on', 'OLD.project_id')} OR {locked('NEW.counts_on', 'NEW.project_id')}) "
            f"AND NOT ({_STAMPED} AND {_OPENED}))"
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
_OTHER, _BUT_PERSON, _MOVED = (
    " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    for columns in (_COUNTED, [name for name in _COUNTED if name != "person"], _COUNTED[:3])
)


def _opened(row: str) -> str:
    project = f"(SELECT project_id FROM training_trainingclass WHERE id = {row}.training_class_id)"
    return opened(row, "rosters", "exception_at", project)


# Who it is is not settled yet: so a row stands for a moment only, within an exception (training/rosters.py).
_IN_HAND = f"(OLD.person IS NULL AND {_opened('OLD')})"
_WAIT = (
    "PERFORM pg_advisory_xact_lock_shared(1801, (SELECT province_id::int FROM projects_project JOIN "
    "training_trainingclass ON training_trainingclass.project_id = projects_project.id "
    "WHERE training_trainingclass.id = {0}.training_class_id));"
)

register(
    row_rules(
        "attendances_line",
        "training_attendance",
        "Who is counted of a class in the locked time stays: nobody joins, leaves or becomes somebody else, but by an "
        "exception.",
        message="the day is locked",
        insert=(
            f"({_OF_CLASS.format('NEW')} AND NOT {_opened('NEW')}) "
            "OR EXISTS (SELECT 1 FROM training_attendance known WHERE (known.id = NEW.id "
            "OR known.public_id = NEW.public_id OR (known.training_class_id = NEW.training_class_id AND "
            f"known.number = NEW.number)) AND {_OF_CLASS.format('known')})"
        ),
        update=(
            f"NEW.id <> OLD.id OR (({_OTHER}) AND ({_OF_CLASS.format('OLD')} OR {_OF_CLASS.format('NEW')}) "
            f"AND NOT ({_STAMPED} AND NOT ({_MOVED}) AND {_opened('NEW')}) "
            f"AND NOT (NOT ({_BUT_PERSON}) AND {_IN_HAND}))"
        ),
        delete=f"{_OF_CLASS.format('OLD')} AND NOT {_IN_HAND}",
        before=(_WAIT.format("NEW"), _WAIT.format("OLD")),
    )
)
