"""What was written and what was told of a task stays as it was."""

from core.guards import append_only, register

register(
    append_only("exchange_messages", "coordination_message", "What one side wrote stays.", unique=("id", "answers_id"))
)
register(append_only("task_results", "coordination_taskresult", "What was told of a task stays."))
