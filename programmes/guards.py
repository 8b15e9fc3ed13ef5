"""The line up to which records are locked only moves forward."""

from core.guards import Guard, append_only, register

register(append_only("data_locks", "programmes_datalock", "A line that was drawn stays.", unique=("id",)))

_BACK = (
    "EXISTS (SELECT 1 FROM programmes_datalock WHERE area_id = NEW.area_id AND locked_through >= NEW.locked_through)"
)

register(
    Guard(
        name="data_lock_forward",
        table="programmes_datalock",
        purpose="The line is never moved back. On PostgreSQL it waits for whoever is just recording in the province.",
        sqlite=(
            "CREATE TRIGGER {name}_insert BEFORE INSERT ON programmes_datalock WHEN " + _BACK + " "
            "BEGIN SELECT RAISE(ABORT, 'guard data_lock_forward: the line only moves forward'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION {name}_fn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "PERFORM pg_advisory_xact_lock(1801, NEW.area_id::int); "
            "IF " + _BACK + " THEN RAISE EXCEPTION 'guard data_lock_forward: the line only moves forward' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER {name}_insert BEFORE INSERT ON programmes_datalock "
            "FOR EACH ROW EXECUTE FUNCTION {name}_fn()",
        ),
    )
)
