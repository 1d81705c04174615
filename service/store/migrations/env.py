"""Alembic's entry: runs the revisions on the connection that the store hands over."""

from alembic import context

import service.store.desk_tables  # joins the metadata
import service.store.figure_tables  # as above
import service.store.inspection_tables  # as above
import service.store.trust_tables  # noqa: F401  # joins the metadata
from service.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
