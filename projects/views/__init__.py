"""Pages of projects and their progress."""
