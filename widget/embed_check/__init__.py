"""Why the box doesn't show on an owner's page, or that it does."""
