"""What nobody may bypass with money: entries are only added, balances are only the database's own, ceilings hold."""

from core.guards import Guard, append_only, refuse_when, register

register(
    append_only(
        "ledger_entries",
        "funding_ledgerentry",
        "A voucher entered stays; it is corrected by another.",
        unique=("id", "public_id"),
    )
)

_DELTA = "CASE WHEN NEW.account = '{account}' THEN NEW.amount_vnd ELSE 0 END"


def _delta(account: str) -> str:
    return _DELTA.format(account=account)


_APPLY = (
    "UPDATE funding_budgetbalance SET "
    f"given_vnd = given_vnd + {_delta('given')}, "
    f"allocated_vnd = allocated_vnd + {_delta('allocated')}, "
    f"paid_vnd = paid_vnd + {_delta('paid')} "
    "WHERE budget_id = NEW.budget_id; "
)
_APPLY_PROJECT = (
    "UPDATE funding_projectbalance SET "
    f"allocated_vnd = allocated_vnd + {_delta('allocated')}, "
    f"paid_vnd = paid_vnd + {_delta('paid')}, "
    "advanced_vnd = advanced_vnd + NEW.advance_vnd, "
    f"cleared_vnd = cleared_vnd + {_delta('cleared')}, "
    f"delivered_vnd = delivered_vnd + {_delta('delivered')} "
    "WHERE project_id = NEW.project_id AND budget_id = NEW.budget_id; "
)


def _of_budget(account: str) -> str:
    """What the account of the budget will be, with the entry that is being added."""
    stored = f"(SELECT {account}_vnd FROM funding_budgetbalance WHERE budget_id = NEW.budget_id)"
    return f"COALESCE({stored}, 0) + {_delta(account)}"


def _of_project(account: str) -> str:
    where = "project_id = NEW.project_id AND budget_id = NEW.budget_id"
    stored = f"(SELECT {account}_vnd FROM funding_projectbalance WHERE {where})"
    change = "NEW.advance_vnd" if account == "advanced" else _delta(account)
    return f"COALESCE({stored}, 0) + {change}"


# The same refusals as the CHECKs of the balance rows, said first and by RAISE(ABORT): «INSERT OR IGNORE» on SQLite
# carries its leniency into triggers and would step over a CHECK, but not over this. (accounts, what may not be, words)
_CEILINGS = (
    (("given", "allocated"), f"{_of_budget('allocated')} > {_of_budget('given')}", "more than the budget given"),
    (
        ("allocated", "paid"),
        f"{_of_project('paid')} > {_of_project('allocated')}",
        "paid more than approved for the project",
    ),
    (("paid",), f"{_of_project('paid')} < 0", "less than nothing paid"),
    (("paid", "cleared"), f"{_of_project('cleared')} > {_of_project('advanced')}", "more cleared than advanced"),
    (("cleared",), f"{_of_project('cleared')} < 0", "less than nothing cleared"),
    (
        ("paid", "cleared"),
        f"{_of_project('advanced')} > {_of_project('paid')} + ({_of_project('cleared')})",
        "less paid than advanced and not cleared",
    ),
    (("paid", "delivered"), f"{_of_project('delivered')} > {_of_project('paid')}", "delivered more than paid"),
    (("delivered",), f"{_of_project('delivered')} < 0", "less than nothing delivered"),
)
_SQLITE_CEILING = (
    "CREATE TRIGGER {name}_before BEFORE INSERT ON funding_ledgerentry BEGIN "
    + "".join(
        f"SELECT RAISE(ABORT, 'guard ledger_balance: {words}') WHERE NEW.account IN "
        f"({', '.join(repr(account) for account in accounts)}) AND {wrong}; "
        for accounts, wrong, words in _CEILINGS
    )
    + "END"
)

register(
    Guard(
        name="ledger_balance",
        table="funding_ledgerentry",
        purpose="Every entry moves its balances in the same statement; what goes over a ceiling is refused.",
        sqlite=(
            _SQLITE_CEILING,
            "CREATE TRIGGER {name}_after AFTER INSERT ON funding_ledgerentry BEGIN "
            "INSERT INTO funding_budgetbalance (budget_id, given_vnd, allocated_vnd, paid_vnd) "
            "SELECT NEW.budget_id, 0, 0, 0 "
            "WHERE NOT EXISTS (SELECT 1 FROM funding_budgetbalance WHERE budget_id = NEW.budget_id); "
            "INSERT INTO funding_projectbalance "
            "(project_id, budget_id, allocated_vnd, paid_vnd, advanced_vnd, cleared_vnd, delivered_vnd) "
            "SELECT NEW.project_id, NEW.budget_id, 0, 0, 0, 0, 0 WHERE NEW.project_id IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM funding_projectbalance WHERE project_id = NEW.project_id AND budget_id = NEW.budget_id); "
            + _APPLY
            + _APPLY_PROJECT
            + "END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION {name}_fn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "INSERT INTO funding_budgetbalance (budget_id, given_vnd, allocated_vnd, paid_vnd) "
            "VALUES (NEW.budget_id, 0, 0, 0) ON CONFLICT DO NOTHING; "
            "IF NEW.project_id IS NOT NULL THEN "
            "INSERT INTO funding_projectbalance "
            "(project_id, budget_id, allocated_vnd, paid_vnd, advanced_vnd, cleared_vnd, delivered_vnd) "
            "VALUES (NEW.project_id, NEW.budget_id, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING; "
            + _APPLY_PROJECT
            + "END IF; "
            + _APPLY
            + "RETURN NULL; END $$",
            "CREATE TRIGGER {name}_after AFTER INSERT ON funding_ledgerentry FOR EACH ROW EXECUTE FUNCTION {name}_fn()",
        ),
    )
)


def _own_writes_only(name: str, table: str, where: str, accounts: tuple[str, ...], key: str) -> Guard:
    """A balance row holds what its entries add up to and nothing else. PostgreSQL knows that the write comes from
    the ledger's trigger (it is one level deeper); SQLite compares with the sum, and lets no row take the place of
    another (`key`: which rows have the same key as NEW)."""

    def added_up(name: str) -> str:
        amount, account = ("advance_vnd", "paid") if name == "advanced" else ("amount_vnd", name)
        return f"(SELECT COALESCE(SUM({amount}), 0) FROM funding_ledgerentry WHERE {where} AND account = '{account}')"

    wrong = " OR ".join(f"NEW.{account}_vnd IS NOT {added_up(account)}" for account in accounts)
    nonzero = " OR ".join(f"NEW.{account}_vnd <> 0" for account in accounts)
    return Guard(
        name=name,
        table=table,
        purpose="Balances are written by the ledger alone.",
        sqlite=(
            f"CREATE TRIGGER {{name}}_update BEFORE UPDATE ON {table} WHEN {wrong} "
            f"BEGIN SELECT RAISE(ABORT, 'guard {name}: balances come from the ledger'); END",
            f"CREATE TRIGGER {{name}}_insert BEFORE INSERT ON {table} WHEN {nonzero} "
            f"BEGIN SELECT RAISE(ABORT, 'guard {name}: balances come from the ledger'); END",
            f"CREATE TRIGGER {{name}}_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key}) "
            f"BEGIN SELECT RAISE(ABORT, 'guard {name}: balances come from the ledger'); END",
            f"CREATE TRIGGER {{name}}_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'guard {name}: balances come from the ledger'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION {name}_fn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' OR pg_trigger_depth() < 2 THEN RAISE EXCEPTION 'guard {name}: balances come from "
            "the ledger' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {{name}}_write BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION {name}_fn()",
            f"CREATE TRIGGER {{name}}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION kc_refuse('guard {name}: balances come from the ledger')",
        ),
    )


register(
    _own_writes_only(
        "budget_balances",
        "funding_budgetbalance",
        "budget_id = NEW.budget_id",
        ("given", "allocated", "paid"),
        key="budget_id = NEW.budget_id",
    )
)
register(
    _own_writes_only(
        "project_balances",
        "funding_projectbalance",
        "project_id = NEW.project_id AND budget_id = NEW.budget_id",
        ("allocated", "paid", "advanced", "cleared", "delivered"),
        key="id = NEW.id OR (project_id = NEW.project_id AND budget_id = NEW.budget_id)",
    )
)

_LOCKED = (
    "EXISTS (SELECT 1 FROM programmes_datalock JOIN funding_budget ON funding_budget.province_id = "
    "programmes_datalock.area_id WHERE funding_budget.id = NEW.budget_id AND locked_through >= NEW.recorded_on)"
)

register(
    Guard(
        name="ledger_locked",
        table="funding_ledgerentry",
        purpose="Nothing is recorded on a day that is locked. On PostgreSQL a line being drawn is waited for.",
        sqlite=(
            "CREATE TRIGGER {name}_insert BEFORE INSERT ON funding_ledgerentry WHEN " + _LOCKED + " "
            "BEGIN SELECT RAISE(ABORT, 'guard ledger_locked: the day is locked'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION {name}_fn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "PERFORM pg_advisory_xact_lock_shared(1801, (SELECT province_id::int FROM funding_budget "
            "WHERE id = NEW.budget_id)); "
            "IF " + _LOCKED + " THEN RAISE EXCEPTION 'guard ledger_locked: the day is locked' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER {name}_insert BEFORE INSERT ON funding_ledgerentry "
            "FOR EACH ROW EXECUTE FUNCTION {name}_fn()",
        ),
    )
)

register(
    refuse_when(
        "ledger_establishment",
        "funding_ledgerentry",
        "Money is delivered to beneficiaries of the project, and none of them has less than nothing of it.",
        event="INSERT",
        condition=(
            "NEW.account = 'delivered' AND ((NEW.kind = 'delivery' AND NOT EXISTS "
            "(SELECT 1 FROM projects_project_beneficiaries WHERE project_id = NEW.project_id "
            "AND enterprise_id = NEW.establishment_id)) "
            "OR NEW.amount_vnd + (SELECT COALESCE(SUM(amount_vnd), 0) FROM funding_ledgerentry WHERE "
            "project_id = NEW.project_id AND budget_id = NEW.budget_id AND account = 'delivered' "
            "AND establishment_id = NEW.establishment_id) < 0)"
        ),
        message="not a beneficiary of the project, or more taken back than was delivered",
    )
)

register(
    append_only(
        "pledge_receipts",
        "funding_pledgereceipt",
        "What was received of a promise stays as it was entered; a mistake is taken back by a counter-row.",
        unique=("id", "corrects_id"),
    )
)
