"""Reading large files beside the request: a thread of the web process, taken up again if it dies.

There is no broker to run in a township. Nothing depends on the thread: whoever looks at a run without a sign
of life for a while starts its reading again, and only one reading can lay out the rows (imports.fill_import).
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections, transaction

from examsite.lib.errors import Conflict

from ..models import ImportRun, ImportState
from .imports import READ_AT_ONCE, fail_import, read_import

DEAD_AFTER = timedelta(seconds=150)  # longer than the longest reading (formats/sandbox) and comparing
_log = logging.getLogger(__name__)


def read_again(*, run: ImportRun, at: datetime) -> None:
    """Read a kept file (after its columns were corrected): a small one at once, a large one beside."""
    if run.file_size <= READ_AT_ONCE:
        read_import(run=run, at=at)
    else:
        read_in_background(run=run, at=at)


def read_in_background(*, run: ImportRun, at: datetime) -> None:
    """Start the reading of a run once the present transaction is over."""
    key = run.pk
    transaction.on_commit(lambda: threading.Thread(target=_read, args=(key, at), daemon=True).start())


def take_up(*, run: ImportRun, at: datetime) -> bool:
    """Start the reading again if whoever read it is dead; whether it was. Safe to call at every look."""
    waiting = ImportRun.objects.filter(
        pk=run.pk, state=ImportState.READING, touched_at__lte=at - DEAD_AFTER
    ).update(touched_at=at)
    if waiting:
        read_in_background(run=run, at=at)
    return bool(waiting)


def _read(key: UUID, at: datetime) -> None:
    try:
        read_import(run=ImportRun.objects.get(pk=key), at=at)
    except Conflict:
        _log.info("import %s was decided or read by somebody else", key)
    except Exception:
        _log.exception("import %s could not be read", key)
        fail_import(run_id=key, message="读取时出错，没有导入任何内容；请重新上传，仍然不行请联系管理员。")
    finally:
        connections.close_all()
