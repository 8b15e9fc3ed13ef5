"""What was scored and decided in a selection stays as it was."""

from collections.abc import Callable

from core.guards import register, row_rules

_DECIDED = "('selected', 'certified')"


def _decided(round_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM products_selectionround r WHERE r.id = {round_id} AND r.state IN {_DECIDED})"


def _of_entry(entry_id: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM products_selectionentry e JOIN products_selectionround r ON r.id = e.round_id "
        f"WHERE e.id = {entry_id} AND r.state IN {_DECIDED})"
    )


def _kept(name: str, table: str, purpose: str, column: str, held: Callable[[str], str], same: str = "") -> None:
    register(
        row_rules(
            name,
            table,
            purpose,
            message="the results are decided",
            insert=(
                f"{held(f'NEW.{column}')} OR EXISTS (SELECT 1 FROM {table} known WHERE (known.id = NEW.id{same}) "
                f"AND {held(f'known.{column}')})"
            ),
            update=f"NEW.id <> OLD.id OR {held(f'OLD.{column}')} OR {held(f'NEW.{column}')}",
            delete=held(f"OLD.{column}"),
        )
    )


_kept("selection_scores", "products_score", "No score changes once the results are decided.", "entry_id", _of_entry)
_kept(
    "selection_entries",
    "products_selectionentry",
    "Entries and results stay once decided.",
    "round_id",
    _decided,
    " OR known.public_id = NEW.public_id",
)
_kept("selection_criteria", "products_roundcriterion", "The weights of a decided round stay.", "round_id", _decided)
register(
    row_rules(
        "selection_decided",
        "products_selectionround",
        "A decided round stays as it is; only its certificates follow.",
        message="the results are decided",
        insert=(
            "EXISTS (SELECT 1 FROM products_selectionround known WHERE (known.id = NEW.id "
            f"OR known.public_id = NEW.public_id) AND known.state IN {_DECIDED})"
        ),
        update=(
            f"NEW.id <> OLD.id OR (OLD.state IN {_DECIDED} AND (NOT (OLD.state = 'selected' AND "
            "NEW.state = 'certified') OR NEW.level_id <> OLD.level_id OR NEW.year <> OLD.year "
            "OR NEW.province_id <> OLD.province_id OR NEW.result_no <> OLD.result_no "
            "OR NEW.result_on <> OLD.result_on OR NEW.counts_on <> OLD.counts_on "
            "OR NEW.project_id IS DISTINCT FROM OLD.project_id))"
        ),
        delete=f"OLD.state IN {_DECIDED}",
    )
)
