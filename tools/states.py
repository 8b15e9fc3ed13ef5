"""The diagrams and tables of docs/states.md, from the code:  python tools/states.py  writes them anew."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "states.md"


def text() -> str:
    """What docs/states.md holds. Needs Django to be set up."""
    from django.utils import translation

    from audit.steps import Life
    from projects.requirements import REQUIREMENTS, WHERE
    from projects.states import ADJUSTMENT_LIFE, PROGRESS_LIFE, PROJECT_LIFE

    def diagram(life: Life, first: str, track: str = "") -> list[str]:
        lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
        for step in life.steps.values():
            note = " (with a reason)" if step.note_required and "reason" not in str(step.label) else ""
            lines += [f"    {source} --> {step.target}: {step.label}{note}" for source in sorted(step.starts(track))]
        return [*lines, "```", ""]

    def needs(source: str) -> list[str]:
        lines = ["| Step | Field | What | For | Entered in | Source |", "|---|---|---|---|---|---|"]
        for row in REQUIREMENTS:
            basis = row.basis(source)
            if basis is None:
                continue
            words = f"{row.words}" if row.held else f"{row.words} (asked for, not held)"
            cells = (row.step, f"`{row.field}`", words, row.when or "all", WHERE[row.where], basis)
            lines.append(f"| {' | '.join(cells)} |")
        return [*lines, ""]

    with translation.override("en"):
        return "\n".join(
            [
                "# States and steps",
                "",
                "Made from `projects/states.py` by `python tools/states.py`; a test keeps it true. Who takes a step,",
                "and why not, stands in `projects/permissions.py`, what it needs in `projects/requirements.py`.",
                "",
                "What the law wants before a step is data: `data/step_rules.csv`, read by `projects/procedure.py`.",
                "",
                "## A project of national money",
                "",
                *diagram(PROJECT_LIFE, "draft", "national"),
                "## A project of local money",
                "",
                *diagram(PROJECT_LIFE, "draft", "local"),
                "## What each step needs, with national money",
                "",
                "From `projects/requirements.py`; everything that is missing is told at once. `advance` and `pay` are",
                "payments, not steps. «Source» is the document and article, or our design where none was seen.",
                "",
                *needs("national"),
                "## What each step needs, with local money",
                "",
                *needs("local"),
                "## An adjustment of a project",
                "",
                *diagram(ADJUSTMENT_LIFE, "asked"),
                "## An update of its progress",
                "",
                *diagram(PROGRESS_LIFE, "reported"),
            ]
        )


def main() -> int:
    import django

    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings.testing")
    django.setup()
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
