"""Are the balances what the entries add up to? Recomputed from nothing, without trusting any stored sum."""

from collections import defaultdict

from django.db.models import Sum

from core.snapshot import snapshot
from funding.models import Account, BudgetBalance, LedgerEntry, ProjectBalance


def differences() -> list[str]:
    """Each place where a stored balance is not the sum of its entries, or a sum passes its ceiling; in words."""
    with snapshot() as db:
        of_budget: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Account.values, 0))
        of_project: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(Account.values, 0))
        rows = LedgerEntry.objects.using(db).order_by().values_list("budget_id", "project_id", "account")
        for budget, project, account, amount in rows.annotate(total=Sum("amount_vnd")):
            of_budget[budget][account] += amount
            if project is not None:
                of_project[budget, project][account] += amount
        found: list[str] = []
        for balance in BudgetBalance.objects.using(db).all():
            sums = of_budget.pop(balance.budget_id, dict.fromkeys(Account.values, 0))
            stored = {account: getattr(balance, f"{account}_vnd") for account in Account.values}
            found += _unlike(f"budget {balance.budget_id}", stored, sums)
            if not sums["paid"] <= sums["allocated"] <= sums["given"]:
                found.append(f"budget {balance.budget_id}: {sums} passes a ceiling")
        for row in ProjectBalance.objects.using(db).all():
            sums = of_project.pop((row.budget_id, row.project_id), dict.fromkeys(Account.values, 0))
            stored = {"allocated": row.allocated_vnd, "paid": row.paid_vnd}
            where = f"project {row.project_id} of budget {row.budget_id}"
            found += _unlike(where, stored, sums)
            if not 0 <= sums["paid"] <= sums["allocated"]:
                found.append(f"{where}: {sums} passes a ceiling")
        found += [f"budget {budget}: entries without a balance" for budget in of_budget]
        found += [f"project {project} of budget {budget}: entries without a balance" for budget, project in of_project]
    return found


def _unlike(where: str, stored: dict[str, int], sums: dict[str, int]) -> list[str]:
    return [
        f"{where}: {account} is stored as {amount} đồng, its entries add up to {sums[account]} đồng"
        for account, amount in stored.items()
        if amount != sums[account]
    ]
