"""Published packs and drafts of the SOP."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from dispatch.domain.sop_draft import SopDraft
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of


class SqlSop(Book):
    """The port Sop."""

    def add_pack(self, *, agency: str, version: str, effective_from: datetime, text: str) -> bool:
        table = tables.packs
        held = self._one(select(table.c.text).where(table.c.agency == agency, table.c.version == version))
        if held == text:
            return False
        if held is not None:
            raise ValueError(f"{agency} {version} is published with another text: give the change a new version")
        row = {"agency": agency, "version": version, "effective_from": effective_from, "text": text}
        try:
            self._connection.execute(insert(table), row)
        except IntegrityError as error:
            raise ValueError(
                f"{agency} has another version in force from {effective_from.isoformat()}: give {version} another time"
            ) from error
        return True

    def list_packs(self) -> list[str]:
        return list(self._connection.execute(select(tables.packs.c.text)).scalars())

    def put_draft(self, draft: SopDraft) -> None:
        self._put(tables.sop_drafts, row_of(tables.sop_drafts, draft))

    def find_draft(self, draft_id: str) -> SopDraft | None:
        return self._find(SopDraft, select(tables.sop_drafts).where(tables.sop_drafts.c.id == draft_id))

    def list_drafts(self) -> list[SopDraft]:
        table = tables.sop_drafts
        query = select(table).order_by(table.c.updated_at.desc(), table.c.id)
        return self._all(SopDraft, query)

    def drop_draft(self, draft_id: str) -> None:
        self._connection.execute(delete(tables.sop_drafts).where(tables.sop_drafts.c.id == draft_id))
