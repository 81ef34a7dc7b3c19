"""An ArcGIS map server: layers with attributes, paging by offset, errors in bodies with status 200."""

import re
from urllib.parse import parse_qs, urlsplit

from servers.base import Reply, Seen, Server, html_reply, json_reply


class Arcgis(Server):
    """A server with ``layers["SERVICE/0"]``, lists of attributes; at most ``most`` rows a page."""

    def __init__(self, layers: dict[str, list[dict[str, object]]], most: int = 3, paging: bool = True) -> None:
        """Without ``paging`` the offset is ignored, as old servers do."""
        super().__init__()
        self.layers, self.most, self.paging = layers, most, paging

    def answer(self, seen: Seen) -> Reply:
        """Rows of a layer, or how many there are."""
        parts = urlsplit(seen.path)
        found = re.fullmatch(r"/arcgis/rest/services/(\w+)/MapServer/(\d+)/query", parts.path)
        if seen.method != "GET" or not found:
            return html_reply("<h1>404</h1>", 404)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        rows = self.layers.get(f"{found[1]}/{found[2]}")
        if rows is None or asked.get("f") != "json":
            return json_reply(
                {"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}}
            )
        if where := re.fullmatch(r"(\w+)=(\d+)", asked.get("where", "1=1")):
            rows = [row for row in rows if where[1] == "1" or str(row.get(where[1])) == where[2]]
        if asked.get("returnCountOnly") == "true":
            return json_reply({"count": len(rows)})
        start = int(asked.get("resultOffset", 0)) if self.paging else 0
        size = min(self.most, int(asked.get("resultRecordCount", self.most)))
        page = rows[start : start + size]
        more = {"exceededTransferLimit": True} if start + size < len(rows) else {}
        return json_reply(
            {"displayFieldName": "nama", "fields": [], "features": [{"attributes": row} for row in page], **more}
        )

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """The layer is empty."""
        return json_reply({"count": 0} if b'"count"' in reply.body else {"features": []})
