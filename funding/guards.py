"""What nobody may bypass with money: entries are only added, balances are only the database's own, ceilings hold."""

from core.guards import Guard, append_only, register

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
    f"paid_vnd = paid_vnd + {_delta('paid')} "
    "WHERE project_id = NEW.project_id AND budget_id = NEW.budget_id; "
)

# The same refusals as the CHECKs of the balance rows, said first and by RAISE(ABORT): «INSERT OR IGNORE» on SQLite
# carries its leniency into triggers and would step over a CHECK, but not over this.
_SQLITE_CEILING = (
    "CREATE TRIGGER {name}_before BEFORE INSERT ON funding_ledgerentry BEGIN "
    "SELECT RAISE(ABORT, 'guard ledger_balance: more than the budget given') "
    "WHERE NEW.account IN ('given', 'allocated') "
    "AND COALESCE((SELECT allocated_vnd FROM funding_budgetbalance WHERE budget_id = NEW.budget_id), 0) "
    f"+ {_delta('allocated')} > "
    "COALESCE((SELECT given_vnd FROM funding_budgetbalance WHERE budget_id = NEW.budget_id), 0) "
    f"+ {_delta('given')}; "
    "SELECT RAISE(ABORT, 'guard ledger_balance: paid more than approved for the project') "
    "WHERE NEW.account IN ('allocated', 'paid') "
    "AND COALESCE((SELECT paid_vnd FROM funding_projectbalance "
    "WHERE project_id = NEW.project_id AND budget_id = NEW.budget_id), 0) "
    f"+ {_delta('paid')} > "
    "COALESCE((SELECT allocated_vnd FROM funding_projectbalance "
    "WHERE project_id = NEW.project_id AND budget_id = NEW.budget_id), 0) "
    f"+ {_delta('allocated')}; "
    "SELECT RAISE(ABORT, 'guard ledger_balance: less than nothing paid') WHERE NEW.account = 'paid' "
    "AND COALESCE((SELECT paid_vnd FROM funding_projectbalance "
    "WHERE project_id = NEW.project_id AND budget_id = NEW.budget_id), 0) + NEW.amount_vnd < 0; "
    "END"
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
            "INSERT INTO funding_projectbalance (project_id, budget_id, allocated_vnd, paid_vnd) "
            "SELECT NEW.project_id, NEW.budget_id, 0, 0 WHERE NEW.project_id IS NOT NULL AND NOT EXISTS "
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
            "INSERT INTO funding_projectbalance (project_id, budget_id, allocated_vnd, paid_vnd) "
            "VALUES (NEW.project_id, NEW.budget_id, 0, 0) ON CONFLICT DO NOTHING; "
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
    wrong = " OR ".join(
        f"NEW.{account}_vnd IS NOT (SELECT COALESCE(SUM(amount_vnd), 0) FROM funding_ledgerentry "
        f"WHERE {where} AND account = '{account}')"
        for account in accounts
    )
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
        ("allocated", "paid"),
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
