"""What nobody may bypass with the papers of a project: what was said and decided stays as it was said, and what was
reported up to the locked day."""

from core.guards import append_only, refuse_when, register, row_rules

register(append_only("opinions", "projects_opinion", "An opinion given is kept; a later one is another row."))
register(append_only("opinion_marks", "projects_opinionmark", "The checklist of an opinion is kept with it."))
register(append_only("step_papers", "projects_steppaper", "The paper of a step stays as it was recorded."))
register(
    refuse_when(
        "adjustment_settled",
        "projects_adjustment",
        "An adjustment that was decided or refused stays as it is.",
        event="UPDATE",
        condition="OLD.state IN ('decided', 'refused')",
        message="a decided adjustment is never changed",
    )
)
register(
    refuse_when(
        "adjustment_kept",
        "projects_adjustment",
        "No adjustment is removed.",
        event="DELETE",
        condition="OLD.id IS NOT NULL",
        message="adjustments are never removed",
    )
)

# --- the line «khóa số liệu đến hết ngày …» over progress ------------------------------------------------------------


def locked(day: str, project: str) -> str:
    """SQL: is the day locked in the province of the project?"""
    return (
        "EXISTS (SELECT 1 FROM programmes_datalock JOIN projects_project ON projects_project.province_id = "
        f"programmes_datalock.area_id WHERE projects_project.id = {project} AND locked_through >= {day})"
    )


def locked_in(day: str, province: str) -> str:
    """SQL: is the day locked in the province?"""
    return f"EXISTS (SELECT 1 FROM programmes_datalock WHERE area_id = {province} AND locked_through >= {day})"


def waiting_in(province: str) -> str:
    """On PostgreSQL: a line that is just being drawn in the province is waited for."""
    return f"PERFORM pg_advisory_xact_lock_shared(1801, ({province})::int);"


def waiting_for_the_line(project: str) -> str:
    """On PostgreSQL: a line that is just being drawn is waited for."""
    return (
        "PERFORM pg_advisory_xact_lock_shared(1801, (SELECT province_id::int FROM projects_project "
        f"WHERE id = {project}));"
    )


def opened(row: str, kind: str, moment: str, project: str = "") -> str:
    """SQL: does the row (with exception_id) name an exception that opens the line for its project and kind, and was
    open at the moment the row tells of itself? `project`: its project, where it has no project_id itself."""
    of = f"(SELECT {{0}} FROM projects_project WHERE id = {project or f'{row}.project_id'})"
    return opened_in(row, kind, moment, of.format("province_id"), of.format("id"), of.format("area_id"))


def opened_in(row: str, kind: str, moment: str, province: str, projects: str, areas: str) -> str:
    """The same of a row that belongs to `projects` and lies in `areas` of `province`, each a select in brackets."""
    return (
        f"EXISTS (SELECT 1 FROM projects_lockexception e WHERE e.id = {row}.exception_id "
        f"AND e.province_id = {province} AND e.{kind} AND e.closed_at IS NULL "
        f"AND e.opened_at <= {row}.{moment} AND e.ends_at > {row}.{moment} AND (e.project_id IN {projects} OR EXISTS "
        f"(SELECT 1 FROM places_areaclosure c WHERE c.ancestor_id = e.area_id AND c.area_id IN {areas})))"
    )


_KEPT = (
    "id", "public_id", "province_id", "project_id", "area_id", "progress", "classes", "rosters", "brands", "selections",
    "clusters", "person_id", "agency_id", "reason", "opened_by_id", "opened_at", "ends_at",
)  # fmt: skip

register(
    row_rules(
        "lock_exceptions",
        "projects_lockexception",
        "An exception to the line stays as it was opened; it is closed early once, and never opened again.",
        message="an exception is never changed",
        insert=(
            "EXISTS (SELECT 1 FROM projects_lockexception known "
            "WHERE known.id = NEW.id OR known.public_id = NEW.public_id)"
        ),
        update=f"OLD.closed_at IS NOT NULL OR {' OR '.join(f'NEW.{c} IS DISTINCT FROM OLD.{c}' for c in _KEPT)}",
        delete="OLD.id IS NOT NULL",
    )
)

_SAID = (
    "project_id", '"on"', "value_invested_vnd", "money_spent_vnd", "percent", "stated_percent", "percent_reason",
    "note", "difficulties", "proposals", "corrects_reason", "reported_by_id", "reported_at", "content_hash",
)  # fmt: skip


def _closed(row: str) -> str:
    return f"({locked(f'{row}.recorded_on', f'{row}.project_id')} OR {locked(f'{row}.counts_on', f'{row}.project_id')})"


_OTHER_WORDS = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _SAID)

register(
    row_rules(
        "progress_line",
        "projects_progressupdate",
        "What was reported up to the locked day stays as it was said; nothing is confirmed into the locked time.",
        message="the day is locked",
        insert=(
            f"{_closed('NEW')} OR EXISTS (SELECT 1 FROM projects_progressupdate known "
            f"WHERE (known.id = NEW.id OR known.uuid = NEW.uuid) AND {_closed('known')})"
        ),
        update=(
            "NEW.id <> OLD.id OR NEW.uuid <> OLD.uuid OR NEW.recorded_on <> OLD.recorded_on "
            f"OR ({locked('OLD.recorded_on', 'OLD.project_id')} AND (OLD.state <> 'reported' OR {_OTHER_WORDS})) "
            f"OR {locked('OLD.counts_on', 'OLD.project_id')} "
            f"OR (NEW.counts_on IS DISTINCT FROM OLD.counts_on AND {locked('NEW.counts_on', 'NEW.project_id')} "
            f"AND NOT {opened('NEW', 'progress', 'decided_at')})"
        ),
        delete=_closed("OLD"),
        before=(waiting_for_the_line("NEW.project_id"), waiting_for_the_line("OLD.project_id")),
    )
)


def _part_of_update(name: str, table: str, purpose: str) -> None:
    """Rows that belong to an update are locked with it."""

    def of(row: str, column: str) -> str:
        return f"(SELECT {column} FROM projects_progressupdate WHERE id = {row}.update_id)"

    def closed(row: str) -> str:
        recorded = locked(of(row, "recorded_on"), of(row, "project_id"))
        return f"({recorded} OR {locked(of(row, 'counts_on'), of(row, 'project_id'))})"

    register(
        row_rules(
            name,
            table,
            purpose,
            message="the day is locked",
            insert=(
                f"{closed('NEW')} OR EXISTS (SELECT 1 FROM {table} known WHERE known.id = NEW.id AND {closed('known')})"
            ),
            update=f"NEW.id <> OLD.id OR {closed('OLD')} OR {closed('NEW')}",
            delete=closed("OLD"),
            before=(waiting_for_the_line(of("NEW", "project_id")), waiting_for_the_line(of("OLD", "project_id"))),
        )
    )


_part_of_update("progress_results_line", "projects_achievedresult", "A result reported up to the locked day stays.")
_part_of_update("progress_photos_line", "projects_progressphoto", "A photo of a locked update stays with it.")

# --- inspections ------------------------------------------------------------------------------------------------------


def _signed(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM projects_inspection WHERE id = {row}.inspection_id AND state = 'signed')"


register(
    row_rules(
        "inspection_signed",
        "projects_inspection",
        "An inspection that was signed stays as it is; another one that names it puts it right.",
        message="a signed inspection is never changed",
        insert=(
            "EXISTS (SELECT 1 FROM projects_inspection known WHERE (known.id = NEW.id "
            "OR known.public_id = NEW.public_id OR known.corrects_id = NEW.corrects_id) AND known.state = 'signed')"
        ),
        update="NEW.id <> OLD.id OR NEW.public_id <> OLD.public_id OR OLD.state = 'signed'",
        delete="OLD.state = 'signed'",
    )
)
register(
    row_rules(
        "inspection_requirements",
        "projects_inspectionrequirement",
        "What a signed inspection asks for stays; that it is done is said once.",
        message="the inspection is signed",
        insert=(
            f"{_signed('NEW')} OR EXISTS (SELECT 1 FROM projects_inspectionrequirement known "
            f"WHERE known.id = NEW.id AND {_signed('known')})"
        ),
        update=(
            f"NEW.id <> OLD.id OR ({_signed('OLD')} AND (OLD.done_on IS NOT NULL OR NEW.text <> OLD.text "
            "OR NEW.due_on <> OLD.due_on OR NEW.inspection_id <> OLD.inspection_id)) "
            f"OR (NEW.inspection_id <> OLD.inspection_id AND {_signed('NEW')})"
        ),
        delete=_signed("OLD"),
    )
)
register(
    row_rules(
        "inspection_photos",
        "projects_inspectionphoto",
        "A photo of a signed inspection stays with it.",
        message="the inspection is signed",
        insert=(
            f"{_signed('NEW')} OR EXISTS (SELECT 1 FROM projects_inspectionphoto known "
            f"WHERE known.id = NEW.id AND {_signed('known')})"
        ),
        update=f"NEW.id <> OLD.id OR {_signed('OLD')} OR {_signed('NEW')}",
        delete=_signed("OLD"),
    )
)
