"""The audit of the pages: what it serves, and what it makes of Lighthouse's reports."""

import gzip
from http.client import HTTPConnection
from urllib.parse import urlsplit

import audit
import pytest

FINE = {"performance": 0.95, "accessibility": 1, "best-practices": 1, "seo": 1}
FINE |= {"KiB": 500, "shift": 0.01, "axe": 0}


def report(performance=1, seo=1, bytes_=1024, shift=0):
    """Return the part of a report of Lighthouse that the audit reads."""
    scores = {"performance": performance, "accessibility": 1, "best-practices": 1, "seo": seo}
    return {
        "categories": {
            name: {"score": score, "auditRefs": [{"id": name, "weight": 1}]}
            for name, score in scores.items()
        },
        "audits": {
            "total-byte-weight": {"numericValue": bytes_},
            "cumulative-layout-shift": {"numericValue": shift},
        }
        | {
            name: {"title": f"all of {name}", "score": score, "scoreDisplayMode": "binary"}
            for name, score in scores.items()
        },
    }


def test_a_page_has_its_median_performance_and_its_worst_else():
    row = audit.summarise(
        [report(0.5, seo=0.9), report(0.97, bytes_=2048), report(0.99, shift=0.02)]
    )
    assert row | {"axe": 0} == FINE | {"performance": 0.97, "seo": 0.9, "KiB": 2, "shift": 0.02}


def test_no_score_is_the_lowest_score():
    assert audit.summarise([report(seo=None)])["seo"] == 0


@pytest.mark.parametrize("name", FINE)
def test_each_limit_holds(name):
    assert audit.beyond_limits(FINE) == []
    worse = -0.01 if name in audit.AT_LEAST else 0.01
    assert audit.beyond_limits(FINE | {name: FINE[name] + worse}) == [name]


def test_what_cost_points_is_named():
    assert audit.failed_audits(report(performance=0.2, seo=0)) == ["seo: all of seo"]


def test_text_is_served_compressed(tmp_path):
    text = b"<p>page</p>" * 100
    (tmp_path / "page.html").write_bytes(text)
    (tmp_path / "picture.png").write_bytes(text)
    with audit.served(tmp_path) as site:
        connection = HTTPConnection(urlsplit(site).netloc)
        for name, compressed in {"page.html": True, "picture.png": False}.items():
            connection.request("GET", f"/{name}")
            response = connection.getresponse()
            body = response.read()
            assert (response.headers["Content-Encoding"] == "gzip") == compressed
            assert (gzip.decompress(body) if compressed else body) == text
        connection.close()
