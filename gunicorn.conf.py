"""The server: threads with keep-alive, two workers; says where to look once it is up."""

import os
from pathlib import Path

wsgi_app = "examsite.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
keepalive = 30
# A phone on a weak line needs long for its request; the worker's heartbeat is not the request's time limit.
timeout = 60
graceful_timeout = 30
preload_app = True  # a worker that was killed is back at once; an upgrade restarts the server
control_socket_disable = True  # several sites may run on one machine


def when_ready(server):
    """Print the way in: the addresses, and in the demo the people to sign in as."""
    host, port = server.address[0][:2]
    shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104  a wildcard address is no link
    print(f"\n  学法考试平台  http://{shown}:{port}/\n", flush=True)  # noqa: T201
    people = Path(os.environ.get("DATA_DIR", "var")) / "demo.txt"
    if os.environ.get("DEBUG") == "1" and people.is_file():
        print(people.read_text(encoding="utf-8").replace("{base}", f"http://{shown}:{port}"), flush=True)  # noqa: T201
