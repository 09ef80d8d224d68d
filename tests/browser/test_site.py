"""The built book as a site: self-contained, searchable, whole; and what must not build."""

import gzip
import os
import re
from html.parser import HTMLParser
from importlib.metadata import version
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import nbformat
import pytest
import yaml
from contents import CHAPTERS, COVER, NOTEBOOKS, PAGES, ROOT
from PIL import Image

from tconv.sphinxext import CONTENT_SECURITY_POLICY
from tconv.widgets import page_script, page_style


class Document(HTMLParser):
    """What the checks below need of a page: its ids, its links and its scripts."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.scripts, self.handlers = {"", "top"}, [], [], []
        self.pictures = []
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id", ""))
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]
        self.handlers += [name for name in attributes if name.startswith("on")]
        if tag == "script":
            self.scripts.append(attributes)
        if tag in ("img", "audio", "video", "canvas", "iframe", "object"):
            self.pictures.append(attributes)


@pytest.fixture(scope="session")
def documents(book):
    """Every page of the built book, by its path."""
    return {path: Document(path) for path in book.rglob("*.html")}


# In the browser


@pytest.mark.parametrize(
    "violation",
    [
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
        "document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/a.png'}))",
        "fetch('https://elsewhere.example/').catch(() => {})",
        "setTimeout('1')",
    ],
)
def test_what_the_policy_forbids_is_not_quiet(visit, site, violation):
    with (
        pytest.raises(AssertionError, match="Content Security Policy"),
        visit(site, f"{COVER}.html") as page,
    ):
        page.evaluate(f"() => {{ {violation}; }}")


def test_front_door_leads_to_the_cover(visit, site):
    with visit(site, "index.html") as page:
        page.wait_for_url(f"{site}/{COVER}.html", timeout=10_000)


def test_all_widgets_together_are_light():
    kib = sum(len(gzip.compress(text.encode())) for text in (page_script(), page_style())) / 1024
    assert 10 < kib <= 60, f"{kib:.1f} KiB compressed"


@pytest.fixture
def generator_page(browser):
    """A page whose widget has its state in a file, not yet opened, and that file's requests."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    requests = []
    page.on("request", lambda one: "-state-" in one.url and requests.append(one.url))
    page.requested = requests
    yield page
    page.close()


GENERATOR = ".tconv-widget[data-widget=GeneratorExplorer]"


def test_a_long_state_is_fetched_when_the_reader_comes_near(generator_page, site):
    generator_page.goto(f"{site}/book/08-dcgan.html", wait_until="networkidle")
    assert generator_page.requested == []
    generator_page.locator(GENERATOR).scroll_into_view_if_needed()
    generator_page.locator(f"{GENERATOR} > .tconv-stage canvas").first.wait_for()
    assert len(generator_page.requested) == 1


def test_a_state_that_cannot_be_fetched_leaves_the_still_form(generator_page, served_book):
    generator_page.route("**/*-state-*", lambda route: route.abort())
    generator_page.goto(f"{served_book}/book/08-dcgan.html")
    generator_page.locator(GENERATOR).scroll_into_view_if_needed()
    generator_page.get_by_role("alert").get_by_text("could not be loaded").wait_for()
    assert generator_page.locator(f"{GENERATOR} table").first.is_visible()
    assert generator_page.locator(f"{GENERATOR} > .tconv-stage").count() == 0


def test_search_finds_a_chapter(visit, site):
    with visit(site, f"{COVER}.html") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("matrix")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=matrix")
        result = page.locator("#search-results li a[href*='convolution-matrix']").first
        result.wait_for()
        page.get_by_text("Search finished").wait_for()
        page.wait_for_load_state("networkidle")  # leaving would break off the excerpts' requests
        result.click()
        page.wait_for_url("**/02-convolution-matrix.html**")


def test_colour_mode_is_kept(visit, served_book):
    with visit(served_book, f"{COVER}.html", color_scheme="light") as page:
        theme = "document.documentElement.dataset.theme"
        assert page.evaluate(theme) == "light"
        page.locator(".theme-switch-button").first.click()
        assert page.evaluate(theme) == "dark"
        page.goto(f"{served_book}/{CHAPTERS[1]}.html")
        assert page.evaluate(theme) == "dark"


# In the files


def test_built_pages_are_those_of_the_contents(book):
    built = {path.relative_to(book).as_posix() for path in book.rglob("*.html")}
    assert built == {"index.html", *(f"{page}.html" for page in PAGES)}


def leads_somewhere(fragment, document):
    """Whether the page has that id, or that widget: ``ConvolutionExplorer1.stride=2``."""
    widget = re.match(r"([A-Za-z]+)(\d+)\.\w+=", fragment)
    if widget is None:
        return fragment in document.ids
    name, number = widget.groups()
    return 1 <= int(number) <= document.text.count(f'data-widget="{name}"')


def test_links_within_the_book_resolve(documents):
    broken = []
    for path, document in documents.items():
        for link in document.links:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path.resolve()
            found = target.is_file()
            if found and url.fragment and target.suffix == ".html":
                found = leads_somewhere(unquote(url.fragment), documents[target])
            if not found:
                broken.append(f"{path.name}: {link}")
    assert not broken, "\n".join(broken)


def test_scripts_are_files_of_the_site(documents):
    for path, document in documents.items():
        assert not document.handlers, path
        for script in document.scripts:
            assert "src" in script, f"{path}: inline script {script}"
            assert not urlsplit(script["src"]).scheme, path
        head, policy, rest = document.text.partition(f'content="{CONTENT_SECURITY_POLICY}"')
        assert policy, f"{path} has no policy"
        assert not re.search(r"<(script|link|style|body)\b", head), path
        assert 'http-equiv="Content-Security-Policy"' not in rest, path


def test_what_the_styles_want_is_there(book):
    wanted = [
        (style, url.strip("\"'"))
        for style in book.rglob("*.css")
        for url in re.findall(r"url\(([^)]*)\)", style.read_text(encoding="utf-8"))
    ]
    assert any(url.endswith((".woff2", ".woff")) for _, url in wanted)
    for style, url in wanted:
        assert url.startswith("data:") or (style.parent / url).is_file(), f"{style.name}: {url}"


def test_the_policy_lets_no_script_in_but_the_sites_own():
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' file:"
    allowed = {"'self'", "'none'", "file:", "data:", "blob:"}
    for name, sources in policy.items():
        assert set(sources.split()) <= allowed | (
            {"'unsafe-inline'"} if name == "style-src" else set()
        )


def test_every_picture_and_sound_has_its_text(documents):
    for path, document in documents.items():
        for attributes in document.pictures:
            text = attributes.get("alt") or attributes.get("aria-label") or ""
            assert " " in text, f"{path}: {text!r} says nothing of {attributes.get('src', '')[:80]}"
    assert sum(len(document.pictures) for document in documents.values()) > 20


def test_widgets_script_is_only_where_a_widget_is(documents):
    for path, document in documents.items():
        needed = 'class="tconv-widget"' in document.text
        widgets = sorted(
            set(re.findall(r'class="tconv-widget" data-widget="(\w+)"', document.text))
        )
        script = f"tconv-{'-'.join(widgets)}.js"
        assert needed == any(script in link for link in document.links), path
        assert needed == any("tconv-widgets.css" in link for link in document.links), path
        assert "widget-state+json" not in document.text, path


def test_pages_describe_themselves(documents, book):
    descriptions = set()
    for page in PAGES:
        text = documents[book / f"{page}.html"].text
        assert text.count('<meta name="description" content="') == 1, page
        descriptions.add(text.split('name="description" content="')[1].split('"')[0])
    assert len(descriptions) == len(PAGES)
    assert all(len(description) > 40 for description in descriptions), descriptions


# Small books built with the settings of this one


@pytest.fixture
def build_small_book(build_book, book_settings):
    """Build a book of one notebook that has one cell; return the process and the page."""
    make_cell = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

    def build(source, cell_type="markdown", **environment):
        contents = "format: jb-book\nroot: book/small\n"
        (book_settings / "_toc.yml").write_text(contents, encoding="utf-8")
        config = yaml.safe_load((book_settings / "_config.yml").read_text(encoding="utf-8"))
        config["sphinx"]["config"]["redirects"] = {"book/old/place": "book/small"}
        (book_settings / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        title = nbformat.v4.new_markdown_cell("# A small notebook\n\nIt has one cell.")
        cells = [title, make_cell[cell_type](source)]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
        nbformat.write(notebook, book_settings / "book" / "small.ipynb")
        process = build_book(book_settings, book_settings, **environment)
        return process, book_settings / "_build" / "html" / "book" / "small.html"

    return build


@pytest.mark.parametrize(
    ("source", "cell_type", "message"),
    [
        ("raise RuntimeError('this cell is wrong')", "code", "this cell is wrong"),
        ("import sys; print('unseen warning', file=sys.stderr)", "code", "stderr"),
        ("[nowhere](#no-such-place)", "markdown", "no-such-place"),
    ],
)
def test_a_fault_stops_the_build(build_small_book, source, cell_type, message):
    process, _ = build_small_book(source, cell_type)
    log = process.stdout + process.stderr
    assert process.returncode != 0
    assert "small.ipynb" in log
    assert message in log


def test_the_publisher_names_address_and_repository(build_small_book, browser):
    repository, address = "https://github.com/someone/something", "https://someone.example/book/"
    process, page = build_small_book(
        "Text.", BOOK_REPOSITORY=repository, BOOK_URL=address, BOOK_HUB="https://hub.example"
    )
    assert process.returncode == 0, process.stderr
    document, site = Document(page), page.parents[1]
    assert repository in document.links
    assert f'<link rel="canonical" href="{address}book/small.html"' in document.text

    launch = [link for link in document.links if "small.ipynb" in link and "://" in link]
    services = ["mybinder.org", "colab.research.google.com", "hub.example"]
    assert [urlsplit(link).hostname for link in launch] == services
    assert all("someone" in link for link in launch)

    properties = dict(re.findall(r'<meta property="og:(.+?)" content="(.*?)">', document.text))
    assert properties["title"] == "A small notebook"
    assert properties["description"] == "It has one cell."
    assert properties["url"] == f"{address}book/small.html"
    card = site / properties["image"].removeprefix(address)
    with Image.open(card) as picture:
        assert picture.size == (int(properties["image:width"]), int(properties["image:height"]))
    assert card.stat().st_size < 40_000

    sitemap = ElementTree.parse(site / "sitemap.xml")
    assert [location.text for location in sitemap.findall("{*}url/{*}loc")] == [
        f"{address}book/small.html"
    ]

    # A page that moved: its old address leads on, with the place in it, with and without scripts.
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        reader = context.new_page()
        reader.goto(f"{site.as_uri()}/book/old/place.html#Explorer1.stride=2")
        reader.wait_for_url(f"{page.as_uri()}{'#Explorer1.stride=2' if scripts else '*'}")
        context.close()


def test_pages_say_what_they_were_checked_against(documents, book):
    torch = f"PyTorch {version('torch').split('+')[0]}"
    status = documents[book / "book/reference/status.html"]
    for chapter in NOTEBOOKS:
        text = documents[book / f"{chapter}.html"].text
        assert re.search(rf'Last checked against <a href="[^"]*status.html">{torch}</a>', text)
        link = re.escape(os.path.relpath(f"{chapter}.html", "book/reference"))
        cells = r"<td><p>[\d-]+ \d\d:\d\d</p></td>\s*<td><p>\d+\.\d</p></td>"  # when, seconds
        assert re.search(rf'href="{link}">[^<]*</a></p></td>\s*{cells}', status.text), chapter
    assert version("torch") in status.text


def test_citation_is_that_of_the_repository(documents, book):
    entry = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    text = documents[book / "book/reference/citation.html"].text
    shown = re.sub(r"<[^>]+>", "", text)
    for value in (entry["title"], entry["version"], entry["authors"][0]["name"]):
        assert re.search(rf"= \{{+{re.escape(value)}\}}+,", shown), value


def test_no_repository_is_made_up(documents):
    for path, document in documents.items():
        assert "Source repository" not in document.text, path
