"""What nobody may bypass with the papers of a project: what was said and decided stays as it was said."""

from core.guards import append_only, refuse_when, register

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
