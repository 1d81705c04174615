"""An HTTP server that keeps what is posted to it: a collector of traces, a receiver of web hooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.fakes.local_http import local_http


@dataclass
class PostBox:
    """What came, by path; answers are 200 but for paths in `refused`, which get 500 and this text."""

    refused: dict[str, str] = field(default_factory=dict)
    came: dict[str, list[bytes]] = field(default_factory=dict)
    url: str = ""


@contextmanager
def post_box(box: PostBox) -> Iterator[PostBox]:
    """Open on a free local port until the block ends."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            box.came.setdefault(self.path, []).append(self.rfile.read(int(self.headers["Content-Length"])))
            body = box.refused.get(self.path, "").encode()
            self.send_response(500 if self.path in box.refused else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nobody reads it."""

    with local_http(Answer) as address:
        box.url = address
        yield box
