"""What was scored and decided in a selection stays as it was, and so do brands that count in the locked time."""

from collections.abc import Callable

from core.guards import register, row_rules
from projects.guards import locked_in, opened_in, waiting_in

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

# --- the line «khóa số liệu đến hết ngày …» over brands ---------------------------------------------------------------


def _firm(row: str, column: str) -> str:
    return (
        f"(SELECT f.{column} FROM products_product p JOIN enterprises_enterprise f ON f.id = p.enterprise_id "
        f"WHERE p.id = {row}.product_id)"
    )


def _locked_brand(row: str) -> str:
    return locked_in(f"{row}.counts_on", _firm(row, "province_id"))


def _opened_brand(projects: str) -> str:
    return opened_in("NEW", "brands", "exception_at", _firm("NEW", "province_id"), projects, _firm("NEW", "area_id"))


_FIRST, _LAST = "COALESCE(OLD.project_id, NEW.project_id)", "COALESCE(NEW.project_id, OLD.project_id)"
_ONE_PROJECT = f"(SELECT {_FIRST} WHERE {_FIRST} = {_LAST})"  # from a project to another one only by an area
_FILED = ("product_id", "project_id", "counts_on", "filed_no", "filed_on")
_OTHER_BRAND = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _FILED)

register(
    row_rules(
        "brands_line",
        "products_brand",
        "A brand that counts in the locked time keeps filing and project; none is filed into it, but by an exception.",
        message="the day is locked",
        insert=(
            f"({_locked_brand('NEW')} AND NOT {_opened_brand('(NEW.project_id)')}) OR EXISTS (SELECT 1 FROM "
            "products_brand known WHERE (known.id = NEW.id OR known.public_id = NEW.public_id) "
            f"AND {_locked_brand('known')})"
        ),
        update=(
            "NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id "
            f"OR (({_OTHER_BRAND}) AND ({_locked_brand('OLD')} OR {_locked_brand('NEW')}) "
            "AND NOT (NEW.product_id = OLD.product_id AND NEW.exception_at IS DISTINCT FROM OLD.exception_at "
            f"AND {_opened_brand(_ONE_PROJECT)}))"
        ),
        delete=_locked_brand("OLD"),
        before=(waiting_in(_firm("NEW", "province_id")), waiting_in(_firm("OLD", "province_id"))),
    )
)
