"""Puts the connections that make pages under the rules of ``sql_worker/guard.py`` and keeps readers' SQL off them.

Stock Datasette runs a reader's SQL in its own process in several places (``?sql=``, ``_where``); each of them asks for
the permission ``execute-sql``, which nobody has here. Where readers may ask in SQL (``sql_page.py``, ``exports.py``) it
runs elsewhere, unless the site's metadata close it (``allow_sql``).
"""

import importlib.util
from pathlib import Path
from typing import Any

from datasette import Forbidden, hookimpl
from datasette.utils import actor_matches_allow

OWN = ("_internal", "_memory")
"""Datasette's own databases, in memory, with nothing of the release."""


def guard_module() -> Any:
    """The rules, which processes without Datasette read too."""
    spec = importlib.util.spec_from_file_location("sql_guard_rules", Path(__file__).parent / "sql_worker" / "guard.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GUARD = guard_module()


@hookimpl(trylast=True)
def prepare_connection(conn, database):
    """Harden a connection of pages, after all functions have been added."""
    if database not in OWN:
        GUARD.harden(conn, page=True)


@hookimpl(trylast=True)
def permission_allowed(action):
    """Nobody's SQL runs in this process."""
    return False if action == "execute-sql" else None


@hookimpl
def prepare_jinja2_environment(env):
    """Let pages know whether readers may ask, and what."""
    env.globals["may_ask_sql"] = may_ask
    env.globals["ensure_may_ask_sql"] = ensure
    env.globals["sql_rules"] = GUARD


def may_ask(datasette: Any, actor: Any, database: str) -> bool:
    """Whether the site lets readers ask this database in SQL."""
    allowed = datasette.metadata("allow_sql", database=database)
    allowed = datasette.metadata("allow_sql") if allowed is None else allowed
    return bool(datasette.setting("default_allow_sql")) if allowed is None else actor_matches_allow(actor, allowed)


async def ensure(datasette: Any, request: Any, database: str) -> None:
    """Raises what Datasette answers with 403 when a reader may not ask this database."""
    await datasette.ensure_permissions(request.actor, [("view-database", database), "view-instance"])
    if not may_ask(datasette, request.actor, database):
        raise Forbidden("execute-sql")
