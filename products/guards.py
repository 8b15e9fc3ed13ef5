"""What was scored and decided in a selection stays as it was, and so do brands and selections that count in the locked
time."""

from collections.abc import Callable

from core.guards import register, row_rules
from projects.guards import locked_in, opened_in, waiting_in

_DECIDED = "('selected', 'certified')"
_SAME_ROUND = (
    "known.public_id = NEW.public_id OR (known.province_id = NEW.province_id AND known.level_id = NEW.level_id "
    "AND known.year = NEW.year AND known.name = NEW.name)"
)


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
            update=(
                f"NEW.id <> OLD.id OR {held(f'OLD.{column}')} OR {held(f'NEW.{column}')}"
                # «UPDATE OR REPLACE» on SQLite would remove the row that stands in the way.
                + (
                    f" OR EXISTS (SELECT 1 FROM {table} known WHERE known.id <> OLD.id AND (1 = 0{same}) "
                    f"AND {held(f'known.{column}')})"
                    if same
                    else ""
                )
            ),
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
            f"EXISTS (SELECT 1 FROM products_selectionround known WHERE (known.id = NEW.id OR {_SAME_ROUND}) "
            f"AND known.state IN {_DECIDED})"
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


def _locked_brand(row: str, *days: str) -> str:
    firm = _firm(row, "province_id")
    return f"({' OR '.join(locked_in(f'{row}.{day}', firm) for day in days or ('counts_on', 'granted_counts_on'))})"


def _opened_brand(projects: str) -> str:
    return opened_in("NEW", "brands", "exception_at", _firm("NEW", "province_id"), projects, _firm("NEW", "area_id"))


_FIRST, _LAST = "COALESCE(OLD.project_id, NEW.project_id)", "COALESCE(NEW.project_id, OLD.project_id)"
_ONE_PROJECT = f"(SELECT {_FIRST} WHERE {_FIRST} = {_LAST})"  # from a project to another one only by an area


def _differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


# A grant in the open time leaves a filing of the locked time as it is, and the other way round.
_OTHER_BRAND = " OR ".join(
    f"(({_differs(*columns)}) AND ({_locked_brand('OLD', day)} OR {_locked_brand('NEW', day)}))"
    for day, columns in (
        ("counts_on", ("product_id", "project_id", "counts_on", "filed_no", "filed_on")),
        ("granted_counts_on", ("product_id", "project_id", "granted_counts_on", "granted_no", "valid_from")),
    )
)
_GRANTED = "('granted', 'expired')"  # what reports count as granted
_OTHER_BRAND += (
    f" OR ((OLD.state IN {_GRANTED}) <> (NEW.state IN {_GRANTED}) "
    f"AND ({_locked_brand('OLD', 'granted_counts_on')} OR {_locked_brand('NEW', 'granted_counts_on')}))"
)

register(
    row_rules(
        "brands_line",
        "products_brand",
        "A brand that counts in the locked time keeps filing, grant and project; none gets there but by an exception.",
        message="the day is locked",
        insert=(
            f"({_locked_brand('NEW')} AND NOT {_opened_brand('(NEW.project_id)')}) OR EXISTS (SELECT 1 FROM "
            "products_brand known WHERE (known.id = NEW.id OR known.public_id = NEW.public_id) "
            f"AND {_locked_brand('known')})"
        ),
        update=(
            "NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id "
            f"OR (({_OTHER_BRAND}) AND NOT (NEW.product_id = OLD.product_id "
            f"AND NEW.exception_at IS DISTINCT FROM OLD.exception_at AND {_opened_brand(_ONE_PROJECT)}))"
        ),
        delete=_locked_brand("OLD"),
        before=(waiting_in(_firm("NEW", "province_id")), waiting_in(_firm("OLD", "province_id"))),
    )
)

# --- the line over selections: entries, results, certificates ---------------------------------------------------------

_HOME = "(SELECT f.province_id FROM enterprises_enterprise f WHERE f.id = OLD.enterprise_id)"
_ENTRIES, _ROUNDS, _CERTIFICATES = "products_selectionentry", "products_selectionround", "products_certificate"


def _round_of(entry: str, column: str) -> str:
    return f"(SELECT r.{column} FROM {_ENTRIES} n JOIN {_ROUNDS} r ON r.id = n.round_id WHERE n.id = {entry})"


def _place_of(entry: str) -> str:
    return (
        f"(SELECT f.area_id FROM {_ENTRIES} n JOIN products_product p ON p.id = n.product_id "
        f"JOIN enterprises_enterprise f ON f.id = p.enterprise_id WHERE n.id = {entry})"
    )


def _line(name: str, table: str, purpose: str, province: str, projects: str, areas: str, moved: str, same: str) -> None:
    """`province`: with {0} for the row. `moved`: when an update is one of what counts. `same`: which row of `known` a
    row would replace."""
    old, new = province.format("OLD"), province.format("NEW")
    into = f"({locked_in('NEW.counts_on', new)} AND NOT "
    into += opened_in("NEW", "selections", "exception_at", new, projects, areas) + ")"
    known = locked_in("known.counts_on", province.format("known"))
    register(
        row_rules(
            name,
            table,
            purpose,
            message="the day is locked",
            insert=f"{into} OR EXISTS (SELECT 1 FROM {table} known WHERE (known.id = NEW.id OR {same}) AND {known})",
            update=(
                f"NEW.id <> OLD.id OR (({moved}) AND ({locked_in('OLD.counts_on', old)} OR {into})) "
                # «UPDATE OR REPLACE» on SQLite would remove the row that stands in the way.
                f"OR EXISTS (SELECT 1 FROM {table} known WHERE known.id <> OLD.id AND ({same}) AND {known})"
            ),
            delete=locked_in("OLD.counts_on", old),
            before=(waiting_in(new), waiting_in(old)),
        )
    )


_line(
    "selection_entries_line",
    _ENTRIES,
    "A product entered in the locked time stays in its round; none is entered into that time, but by an exception.",
    f"(SELECT province_id FROM {_ROUNDS} WHERE id = {{0}}.round_id)",
    f"(SELECT project_id FROM {_ROUNDS} WHERE id = NEW.round_id)",
    _firm("NEW", "area_id"),
    _differs("public_id", "round_id", "product_id", "registered_on", "counts_on"),
    "known.public_id = NEW.public_id OR (known.round_id = NEW.round_id AND known.product_id = NEW.product_id)",
)
_line(
    "selection_results_line",
    _ROUNDS,
    "No results are decided into the locked time, but by an exception.",
    "{0}.province_id",
    "(NEW.project_id)",
    "(NEW.province_id)",
    f"{_differs('public_id', 'counts_on', 'province_id', 'level_id')} "
    f"OR (OLD.state NOT IN {_DECIDED} AND NEW.state IN {_DECIDED})",
    _SAME_ROUND,
)
_OF_LOCKED = f"SELECT 1 FROM {_ENTRIES} n WHERE n.{{0}} = OLD.id AND " + locked_in("n.counts_on", "{1}")
register(
    row_rules(
        "selection_rounds_line",
        _ROUNDS,
        "A round with entries of the locked time keeps level, province and project, by which they are counted.",
        message="the day is locked",
        insert="1 = 0",
        update=(
            f"({_differs('level_id', 'province_id', 'project_id')}) "
            f"AND EXISTS ({_OF_LOCKED.format('round_id', 'OLD.province_id')})"
        ),
        delete="1 = 0",  # the entries keep it
        before=(waiting_in("OLD.province_id"), ""),
    )
)
register(
    row_rules(
        "products_line",
        "products_product",
        "A product entered into a selection in the locked time keeps its group, by which it is counted.",
        message="the day is locked",
        insert="1 = 0",
        update=f"({_differs('group_id')}) AND EXISTS ({_OF_LOCKED.format('product_id', _HOME)})",
        delete="1 = 0",  # the entries keep it
        before=(waiting_in(_HOME), ""),
    )
)
_line(
    "selection_certificates_line",
    _CERTIFICATES,
    "A certificate that counts in the locked time stays; none is entered into it, but by an exception.",
    _round_of("{0}.entry_id", "province_id"),
    _round_of("NEW.entry_id", "project_id"),
    _place_of("NEW.entry_id"),
    _differs("entry_id", "number", "issued_on", "valid_to", "counts_on"),
    "known.entry_id = NEW.entry_id",
)
