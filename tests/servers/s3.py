"""A bucket that speaks as much S3 as pyarrow's client asks for: put (in one or in parts), get, head, list, delete.

It signs nothing and checks no signature; what it shows is that the client and we agree on names, bytes and order.
"""

import hashlib
import re
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from servers.base import Reply, Seen, Server

NOT_FOUND = Reply(404, b"<Error><Code>NoSuchKey</Code></Error>", {"Content-Type": "application/xml"})


class Bucket(Server):
    """One bucket of any name; ``objects`` are its keys with their bytes."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}

    def answer(self, seen: Seen) -> Reply:
        """Do what the request asks for."""
        parts = urlsplit(seen.path)
        key = unquote(parts.path).lstrip("/").partition("/")[2]
        asked = parse_qs(parts.query, keep_blank_values=True)
        if "list-type" in asked:
            return self.listed(asked["prefix"][0])
        if seen.method == "PUT":
            return self.put(key, asked, plain(seen))
        if seen.method == "POST":
            return self.post(key, asked)
        if seen.method == "DELETE":
            self.objects.pop(key, None)
            return Reply(204)
        return self.given(key, seen) if key in self.objects else NOT_FOUND

    def put(self, key: str, asked: dict[str, list[str]], body: bytes) -> Reply:
        """Keep an object, or one part of an upload."""
        if "uploadId" in asked:
            self.parts[asked["uploadId"][0]][int(asked["partNumber"][0])] = body
        else:
            self.objects[key] = body
        return Reply(200, b"", {"ETag": tag(body)})

    def post(self, key: str, asked: dict[str, list[str]]) -> Reply:
        """Begin an upload in parts, or put its parts together."""
        if "uploads" in asked:
            number = str(len(self.parts) + 1)
            self.parts[number] = {}
            return xml("InitiateMultipartUploadResult", f"<Key>{escape(key)}</Key><UploadId>{number}</UploadId>")
        pieces = self.parts.pop(asked["uploadId"][0])
        self.parts[f"selesai-{asked['uploadId'][0]}"] = {}
        self.objects[key] = b"".join(pieces[n] for n in sorted(pieces))
        return xml("CompleteMultipartUploadResult", f"<Key>{escape(key)}</Key><ETag>{tag(self.objects[key])}</ETag>")

    def given(self, key: str, seen: Seen) -> Reply:
        """An object, or the bytes of it that are asked for."""
        body = self.objects[key]
        headers = {"ETag": tag(body), "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", seen.header("Range"))
        if not wanted:
            return Reply(200, body, headers)
        start, end = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
        return Reply(206, body[start : end + 1], {**headers, "Content-Range": f"bytes {start}-{end}/{len(body)}"})

    def listed(self, prefix: str) -> Reply:
        """The keys that begin so, in one answer."""
        found = sorted(key for key in self.objects if key.startswith(prefix))
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size></Contents>" for key in found
        )
        return xml("ListBucketResult", f"<IsTruncated>false</IsTruncated><KeyCount>{len(found)}</KeyCount>{rows}")


def plain(seen: Seen) -> bytes:
    """The bytes of a body that may come in signed pieces."""
    if "aws-chunked" not in seen.header("Content-Encoding"):
        return seen.body
    found, rest = b"", seen.body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            break
        found, rest = found + rest[:size], rest[size + 2 :]
    return found


def tag(body: bytes) -> str:
    """The tag of an object."""
    return f'"{hashlib.md5(body).hexdigest()}"'


def xml(name: str, content: str) -> Reply:
    """Answer with XML."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{content}</{name}>'
    return Reply(200, text.encode(), {"Content-Type": "application/xml"})
