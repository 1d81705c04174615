"""An HTTP server of one file, with ranges, that cuts connections and misbehaves on demand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.fakes.local_http import local_http


@dataclass
class ServedFile:
    """What is served, how, and what was asked."""

    content: bytes
    cut_after: list[int] = field(default_factory=list)  # bytes of each of the next answers, then the line goes dead
    statuses: list[int] = field(default_factory=list)  # of the next answers, instead of the file
    ranges: bool = True
    wrong_range: bool = False
    asked: list[str | None] = field(default_factory=list)  # the Range header of every request
    url: str = ""


@contextmanager
def serving(file: ServedFile) -> Iterator[ServedFile]:
    """Serve on a free local port; `url` is the folder of the file."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            file.asked.append(asked)
            if file.statuses:
                self.send_response(file.statuses.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and file.ranges else 0
            body = file.content[begin:]
            self.send_response(206 if asked and file.ranges else 200)
            if asked and file.ranges:
                said = begin + 1 if file.wrong_range else begin
                self.send_header("Content-Range", f"bytes {said}-{len(file.content) - 1}/{len(file.content)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: file.cut_after.pop(0)] if file.cut_after else body)
            self.close_connection = True

        def log_message(self, *_arguments: object) -> None:
            """Nobody reads it."""

    with local_http(Answer) as address:
        file.url = f"{address}/models/"
        yield file
