"""An HTTP server that keeps what is posted to it: a collector of traces, a receiver of web hooks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        box.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
