"""What was handed over stays written as it was."""

from core.guards import append_only, register

register(append_only("hand_overs", "accounts_handover", "A hand-over is never altered.", unique=("id", "public_id")))
register(
    append_only(
        "hand_over_units",
        "accounts_handoverunit",
        "The units of a hand-over are never altered.",
        unique=("id", "grant_number"),
    )
)
