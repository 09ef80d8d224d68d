"""Hold every page of the built book to its limits: what Lighthouse measures and what axe finds.

``python tools/audit.py _build/html node_modules/.bin/lighthouse`` loads each page as a telephone on
a slow network would, prints a table, and fails if a page is beyond a limit.
"""

import functools
import gzip
import http.server
import io
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from axe_playwright_python.sync_playwright import Axe
from chromium import installed
from playwright.sync_api import sync_playwright
from reader import go_through

RUNS = 3  # for each page: the performance that is found varies with what else the machine does
AT_LEAST = {"performance": 0.95, "accessibility": 1, "best-practices": 1, "seo": 1}
AT_MOST = {"KiB": 500, "shift": 0.01, "axe": 0}
COLUMNS = (*AT_LEAST, *AT_MOST)
DECIMALS = {"KiB": 0, "shift": 3, "axe": 0}  # two elsewhere
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu")
COMPRESSED = {".html", ".css", ".js", ".svg", ".txt", ".xml"}

# Without preloading, axe itself asks for nothing.
AXE_OPTIONS = {"preload": False, "resultTypes": ["violations"]}
# MathJax's drawing of a formula is hidden from assistive technology, which gets its MathML.
AXE_CONTEXT = {"exclude": [["mjx-container > mjx-math"]]}


class CompressingHandler(http.server.SimpleHTTPRequestHandler):
    """Serves text compressed over connections that stay open, as a publisher's server does."""

    protocol_version = "HTTP/1.1"

    def send_head(self):
        """Send the headers, and return the file that holds the body."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in COMPRESSED or not path.is_file():
            return super().send_head()
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, *args):
        """Write no line for each request."""


@contextmanager
def served(folder):
    """Serve `folder` at a free port of the loopback interface; give its address."""
    handler = functools.partial(CompressingHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def load_page(lighthouse, address):
    """Let Lighthouse load a page as a first visitor does; return its report."""
    command = [lighthouse, address, "--quiet", "--output=json", "--no-enable-error-reporting"]
    command += ["--disable-full-page-screenshot", f"--chrome-flags={' '.join(FLAGS)}"]
    run = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"CHROME_PATH": installed()}
    )
    if run.returncode:
        sys.exit(f"Lighthouse failed on {address}:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    report = json.loads(run.stdout)
    if error := report.get("runtimeError"):
        sys.exit(f"Lighthouse could not load {address}: {error['message']}")
    return report


def summarise(reports):
    """Return the median performance of a page's reports, and the worst of all else."""
    scores = {
        name: [report["categories"][name]["score"] or 0 for report in reports] for name in AT_LEAST
    }
    row = {name: min(values) for name, values in scores.items()}
    row["performance"] = median(scores["performance"])
    measured = {"KiB": ("total-byte-weight", 1024), "shift": ("cumulative-layout-shift", 1)}
    for name, (audit, unit) in measured.items():
        row[name] = max(report["audits"][audit]["numericValue"] for report in reports) / unit
    return row


def failed_audits(report):
    """Return what cost a page points, other than the timings that make up the performance."""
    audits = report["audits"]
    return sorted(
        f"{category}: {audits[reference['id']]['title']}"
        for category in AT_LEAST
        if category != "performance"
        for reference in report["categories"][category]["auditRefs"]
        if reference["weight"] and (audits[reference["id"]]["score"] or 0) < 1
        if audits[reference["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual")
    )


def axe_findings(page, **options):
    """Return what axe finds on a page that is open, a line for each kind of violation."""
    options |= AXE_OPTIONS
    found = Axe().run(page, context=AXE_CONTEXT, options=options).response["violations"]
    return [f"axe: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]


def open_and_find(browser, address):
    """Return what axe finds on a page, in light and in dark."""
    found = []
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address, wait_until="networkidle")
        go_through(page)
        found += axe_findings(page)
        page.close()
    return found


def beyond_limits(row):
    """Return the names of those columns of a page in which it is beyond the limit."""
    low = [name for name, limit in AT_LEAST.items() if row[name] < limit]
    return low + [name for name, limit in AT_MOST.items() if row[name] > limit]


def line(name, cells, width):
    """Return a line of the table."""
    return f"{name:{width}}" + "".join(
        f"{cell:>{len(column) + 2}}" for column, cell in zip(COLUMNS, cells, strict=True)
    )


def audit(folder, lighthouse):
    """Print the table, and under it the reasons; return how many pages are beyond a limit."""
    paths = sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.html"))
    width = max(map(len, paths))
    print(line("", COLUMNS, width), flush=True)
    reasons = {}
    with served(folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS[1:])
        for path in paths:
            reports = [load_page(lighthouse, f"{site}/{path}") for _ in range(RUNS)]
            found = open_and_find(browser, f"{site}/{path}")
            row = summarise(reports) | {"axe": len(found)}
            cells = [f"{row[name]:.{DECIMALS.get(name, 2)}f}" for name in COLUMNS]
            print(line(path, cells, width), flush=True)
            if beyond := beyond_limits(row):
                reasons[path] = beyond, failed_audits(reports[0]) + found
        browser.close()
    print(line("limit", [f"{limit:g}" for limit in (AT_LEAST | AT_MOST).values()], width))
    for path, (beyond, why) in reasons.items():
        print(f"\n{path}: {', '.join(beyond)}", *why, sep="\n  ")
    return len(reasons)


if __name__ == "__main__":
    if beyond := audit(*sys.argv[1:]):
        sys.exit(f"\n{beyond} pages are beyond a limit.")
