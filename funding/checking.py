"""Are the balances what the entries add up to? Recomputed from nothing, without trusting any stored sum."""

from collections import defaultdict

from django.db.models import F, Q, Sum

from core.snapshot import snapshot
from funding.models import COUNTER, Account, BudgetBalance, EntryKind, LedgerEntry, ProjectBalance

NAMES = (*Account.values, "advanced")


def trial_balance(db: str = "default") -> dict[str, int]:
    """What stands on every account, the treasury's too: each entry adds to one what it takes from another, so that all
    of them together are zero."""
    sums: dict[str, int] = defaultdict(int)
    rows = LedgerEntry.objects.using(db).order_by().values_list("account", "counter").annotate(Sum("amount_vnd"))
    for account, counter, amount in rows:
        sums[account] += amount
        sums[counter] -= amount
    return dict(sums)


def differences() -> list[str]:
    """Each place where a stored balance is not the sum of its entries, where an entry is not what it may be, or a sum
    passes its ceiling; in words."""
    with snapshot() as db:
        return differences_seen_by(db)


def differences_seen_by(db: str) -> list[str]:
    """As `differences`, with the eyes of one connection."""
    return [*_trial(db), *_odd_entries(db), *_balances(db), *_establishments(db)]


def _trial(db: str) -> list[str]:
    sums = trial_balance(db)
    found = [] if sum(sums.values()) == 0 else [f"trial balance: the accounts add up to {sum(sums.values())} đồng"]
    # What comes in may go on, and nothing else: no account but those where money begins is below zero.
    begins = ("treasury", "advances")
    return found + [
        f"trial balance: {account} is {amount} đồng"
        for account, amount in sums.items()
        if amount < 0 and account not in begins
    ]


def _odd_entries(db: str) -> list[str]:
    """Entries that contradict themselves, whatever the constraints of the table say."""
    rows = LedgerEntry.objects.using(db)
    right = Q()
    for account, counter in COUNTER.items():
        right |= Q(account=account, counter=counter)
    odd = {
        "does not stand between two accounts": rows.exclude(right),
        "has an advance that is not its amount": rows.filter(
            Q(kind__in=[EntryKind.ADVANCE, EntryKind.RECOVERY]) & ~Q(advance_vnd=F("amount_vnd"))
            | Q(advance_vnd__gt=0, amount_vnd__lt=F("advance_vnd"))
            | Q(advance_vnd__lt=0, amount_vnd__gt=F("advance_vnd"))
            | ~Q(account=Account.PAID) & ~Q(advance_vnd=0)
        ),
        "is of another account, project or budget than what it corrects": rows.filter(corrects__isnull=False).exclude(
            Q(account=F("corrects__account"), budget=F("corrects__budget"))
            & (Q(project=F("corrects__project")) | Q(project__isnull=True, corrects__project__isnull=True))
        ),
    }
    return [f"entry {pk} {words}" for words, found in odd.items() for pk in found.values_list("pk", flat=True)[:100]]


def _sums() -> dict[str, int]:
    return dict.fromkeys(NAMES, 0)


def _balances(db: str) -> list[str]:
    of_budget: dict[int, dict[str, int]] = defaultdict(_sums)
    of_project: dict[tuple[int, int], dict[str, int]] = defaultdict(_sums)
    rows = LedgerEntry.objects.using(db).order_by().values_list("budget_id", "project_id", "account")
    for budget, project, account, amount, advance in rows.annotate(Sum("amount_vnd"), Sum("advance_vnd")):
        of_budget[budget][account] += amount
        if project is not None:
            of_project[budget, project][account] += amount
            of_project[budget, project]["advanced"] += advance
    found: list[str] = []
    for balance in BudgetBalance.objects.using(db).all():
        sums = of_budget.pop(balance.budget_id, _sums())
        stored = {name: getattr(balance, f"{name}_vnd") for name in ("given", "allocated", "paid")}
        found += _unlike(f"budget {balance.budget_id}", stored, sums)
        if not 0 <= sums["paid"] <= sums["allocated"] <= sums["given"]:
            found.append(f"budget {balance.budget_id}: {sums} passes a ceiling")
    for row in ProjectBalance.objects.using(db).all():
        sums = of_project.pop((row.budget_id, row.project_id), _sums())
        stored = {name: getattr(row, f"{name}_vnd") for name in NAMES if name != "given"}
        where = f"project {row.project_id} of budget {row.budget_id}"
        found += _unlike(where, stored, sums)
        if not (
            0 <= sums["delivered"] <= sums["paid"] <= sums["allocated"]
            and 0 <= sums["cleared"] <= sums["advanced"] <= sums["paid"] + sums["cleared"]
        ):
            found.append(f"{where}: {sums} passes a ceiling")
    found += [f"budget {budget}: entries without a balance" for budget in of_budget]
    found += [f"project {project} of budget {budget}: entries without a balance" for budget, project in of_project]
    return found


def _establishments(db: str) -> list[str]:
    rows = LedgerEntry.objects.using(db).account(Account.DELIVERED).order_by()
    below = (
        rows.values_list("project_id", "budget_id", "establishment_id")
        .annotate(total=Sum("amount_vnd"))
        .filter(total__lt=0)
    )
    return [
        f"project {project} of budget {budget}: {total} đồng delivered to establishment {establishment}"
        for project, budget, establishment, total in below
    ]


def _unlike(where: str, stored: dict[str, int], sums: dict[str, int]) -> list[str]:
    return [
        f"{where}: {account} is stored as {amount} đồng, its entries add up to {sums[account]} đồng"
        for account, amount in stored.items()
        if amount != sums[account]
    ]
