"""What a stored file is never changes: whoever refers to it finds the bytes it referred to."""

from core.guards import register, row_rules

register(
    row_rules(
        "stored_files",
        "files_storedfile",
        "A stored file keeps its hash, size and type; none takes the place of another.",
        message="a stored file never changes",
        insert=(
            "EXISTS (SELECT 1 FROM files_storedfile known "
            "WHERE known.id = NEW.id OR known.sha256 = NEW.sha256 OR known.public_id = NEW.public_id)"
        ),
        update=" OR ".join(
            f"NEW.{column} IS DISTINCT FROM OLD.{column}"
            for column in ("id", "public_id", "sha256", "size", "content_type")
        ),
        delete="1 = 0",  # those nothing refers to are swept
    )
)
