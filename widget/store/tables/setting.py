"""Plugin settings: every revision is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from widget.store.tables.base import Base


class PluginSettingRow(Base):
    """One revision of one plugin's settings on one site, encrypted: they may hold secrets."""

    __tablename__ = "plugin_setting"
    __table_args__ = (UniqueConstraint("site_id", "plugin", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))
    plugin: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    sealed: Mapped[bytes] = mapped_column("values", LargeBinary)
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
