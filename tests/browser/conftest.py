"""The built book in a real browser: what every browser test starts from."""

import contextlib
import functools
import http.server
import os
import threading
from pathlib import Path

import pytest
from chromium import installed
from filelock import FileLock
from playwright.sync_api import sync_playwright
from reader import go_through

from tconv.widgets import page_script, page_style
from tconv.widgets._assets import WIDGETS, bundle

ROOT = Path(__file__).parents[2]
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser():
    """A Chromium, the system's or else Playwright's own."""
    path = installed()
    if path is None:
        pytest.fail("no browser: .ci/chromium.py installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def script(browser):
    """A blank page that holds the modules of every widget, to call their functions in."""
    page = browser.new_page()
    page.add_script_tag(content=bundle([*WIDGETS.values(), "page"]))
    yield page
    page.close()


@pytest.fixture(scope="session")
def book(tmp_path_factory, build_book):
    """The folder of the built book: the one TCONV_BOOK names, or one built for this test run."""
    if named := os.environ.get("TCONV_BOOK"):
        folder = Path(named).resolve()
        if not (folder / "search.html").is_file():
            pytest.fail(f"TCONV_BOOK must name a built book, got {named!r}, with no search.html")
        return folder
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # one folder, and so one build, for all workers of the run
    done = shared / "book-is-built"
    with FileLock(shared / "book.lock"):
        if not done.exists():
            build = build_book(ROOT, shared)
            if build.returncode:
                pytest.fail(f"no book:\n{build.stdout[-4000:]}\n{build.stderr[-4000:]}")
            done.touch()
    return shared / "_build" / "html"


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def served_book(book):
    """The address of the book, served on a free port of the loopback interface."""
    handler = functools.partial(_QuietHandler, directory=str(book))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def book_on_disk(book):
    """The address of the book as files."""
    return book.as_uri()


@pytest.fixture(params=["served_book", "book_on_disk"])
def site(request):
    """The book's address, over http and from disk."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def visit(browser):
    """Open a page; on leaving it, fail for anything that a reader's console or network would show.

    ``with visit(site, "book/index.html", width=360) as page: ...``
    """

    @contextlib.contextmanager
    def open_page(site, path, *, width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_offline(site.startswith("file:"))  # read from disk, a page needs no network
        page = context.new_page()
        page.set_default_timeout(15_000)
        problems = watch(page, site)
        page.goto(f"{site}/{path}", wait_until="load")
        if options.get("java_script_enabled", True):  # else there is nothing that starts
            go_through(page)
        yield page
        page.wait_for_timeout(100)
        context.close()
        assert not problems, f"{path}:\n" + "\n".join(problems)

    return open_page


def watch(page, site):
    """Return a list that grows with each message, error, foreign or failed request of `page`."""
    problems = []

    def check_request(request):
        if not request.url.startswith((site, "data:", "blob:")):
            problems.append(f"request to another origin: {request.url}")

    def check_response(response):
        if response.status >= 400:
            problems.append(f"status {response.status}: {response.url}")

    page.on("console", lambda message: problems.append(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.on("request", check_request)
    page.on("requestfailed", lambda request: problems.append(f"request failed: {request.url}"))
    page.on("response", check_response)
    return problems


def page_of(*elements, theme="light"):
    """An HTML page with nothing but the given mount elements on it."""
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><title>widgets</title>'
        f'<meta name="viewport" content="width=device-width"><style>{page_style()}</style>'
        f"<body>{''.join(elements)}<script>{page_script()}</script></body></html>"
    )


@pytest.fixture
def show(visit, tmp_path):
    """Open a page with the given explorers: ``with show(ConvolutionExplorer()) as page: ...``."""

    def open_page(*explorers, fragment="", theme="light", **options):
        elements = [e if isinstance(e, str) else e.page_html() for e in explorers]
        (tmp_path / "page.html").write_text(page_of(*elements, theme=theme), encoding="utf-8")
        return visit(tmp_path.as_uri(), f"page.html{fragment}", **options)

    return open_page
