"""Pages of people, roles and programs."""
