"""Print the built book: ``python tools/paper.py _build/html`` puts two PDFs beside its pages.

The pages are joined into one document first, so that its links, its outline and its page numbers
are those of one book. No script of the widgets runs: what is printed is their static form.
"""

import re
import sys
from copy import copy
from importlib.metadata import version
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import urlsplit

import pikepdf
import yaml
from bs4 import BeautifulSoup, NavigableString
from chromium import installed
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

ROOT = Path(__file__).parents[1]
STYLE = Path(__file__).with_name("paper.css")
BOOK, SHEET = "upsampling-with-transposed-convolution.pdf", "formulas.pdf"
FORMULAS = "book/reference/formulas"
LONG = 20  # lines: code that is longer may go on on the next sheet
NAMING_IDS = ("aria-labelledby", "aria-describedby", "for")
PAGE_NUMBER = (
    '<p style="font: 8pt sans-serif; color: #515b69; text-align: center; width: 100%">'
    '<span class="pageNumber"></span></p>'
)


def chapters():
    """Return the captions of the parts and the names of their pages, the cover's first."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [(part["caption"], [c["file"] for c in part["chapters"]]) for part in toc["parts"]]
    return [(None, [toc["root"]]), *parts]


def anchor(name, fragment=""):
    """Return the id that a place of a page has in the joined document.

    The fragment of an explorer's setting, with its ``=``, leads to the page.
    """
    return f"{name}--{fragment}" if fragment and "=" not in fragment else name


def read_page(html, name):
    """Return a page's article, its ids, links and pictures those of the joined document."""
    soup = BeautifulSoup(Path(html, f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article.bd-article")
    for element in article.select(".headerlink, .copybtn, script"):
        element.decompose()
    for element in article.select("[id]"):
        element["id"] = anchor(name, element["id"])
    for attribute in NAMING_IDS:
        for element in article.select(f"[{attribute}]"):
            element[attribute] = " ".join(anchor(name, one) for one in element[attribute].split())
    for link in article.select("a[href]"):
        url = urlsplit(link["href"])
        if url.scheme:
            continue
        target = normpath(join(dirname(name), url.path)) if url.path else f"{name}.html"
        page = target.removesuffix(".html")
        if target.endswith(".html"):
            link["href"] = "#" + anchor(page, url.fragment)
        else:
            link.unwrap()
    for picture in article.select("img[src]"):
        picture["src"] = normpath(join(dirname(name), picture["src"]))
        del picture["loading"]
    for code in article.select("pre"):
        if code.get_text().count("\n") > LONG:
            code["class"] = "long"
    for formula in article.select("span.math"):
        keep_mark_with(formula)
    article["id"] = anchor(name)
    article.name = "section"
    return article


def keep_mark_with(formula):
    """Let no line break come between a formula and the punctuation after it."""
    after = formula.next_sibling
    mark = isinstance(after, NavigableString) and re.match(r"[.,:;?!)”]+", after)
    if mark:
        after.replace_with(after[mark.end() :])
        formula.wrap(BeautifulSoup("<span class='unbroken'></span>", "html.parser").span)
        formula.parent.append(mark[0])


def take_answer(fold):
    """Take an answer out of its exercise; a quiz leaves its question there."""
    if quiz := fold.find_parent(class_="tconv-widget"):
        whole = copy(quiz)
        fold.extract()
        return whole
    return (fold.find_parent("div", class_="cell") or fold).extract()


def take_answers(article):
    """Take the answers out of a chapter's exercises; return them under their exercises' titles.

    Elsewhere what is folded is code that draws a picture: paper does without it.
    """
    answers = BeautifulSoup("", "html.parser")
    for section in article.select("section[id$='--exercises'] > section"):
        found = [
            take_answer(fold)
            for fold in section.select("details")
            if not fold.summary.get_text(strip=True).startswith("Hint")
        ]
        if not found:
            continue
        heading = answers.new_tag("h3")
        link = answers.new_tag("a", href=f"#{section['id']}")
        link.string = section.find(["h3", "h4"]).get_text(strip=True)
        heading.append(link)
        answers.append(heading)
        answers.extend(found)
    for fold in article.select("details.hide"):
        fold.decompose()
    for tree in (article, answers):
        for fold in tree.select("details"):
            fold["open"] = ""
        for label in tree.select("summary > .expanded"):  # it offers to fold again
            label.decompose()
        for label in tree.select("summary > .collapsed"):
            label["class"] = "admonition-title"
    return answers


def document(html, body):
    """Return a page with the book's styles and mathematics, and `body` in it."""
    source = BeautifulSoup(
        Path(html, f"{FORMULAS}.html").read_text(encoding="utf-8"), "html.parser"
    )
    depth = "../" * FORMULAS.count("/")
    head = [link["href"].removeprefix(depth) for link in source.select("link[rel=stylesheet]")]
    styles = "".join(f'<link rel="stylesheet" href="{href}">' for href in head)
    scripts = [script["src"].removeprefix(depth) for script in source.select("script[src]")]
    wanted = "".join(f'<script defer src="{src}"></script>' for src in scripts if "page.js" in src)
    return (
        '<!doctype html><html lang="en-GB" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{book_title()}</title>"
        f'{styles}<link rel="stylesheet" href="_static/tconv-widgets.css">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style>{wanted}</head><body>"
        f'<main class="bd-content bd-article-container"><article class="bd-article">{body}'
        "</article></main></body></html>"
    )


def book_title():
    """Return the book's title."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return config["title"]


def join_book(html):
    """Return the whole book as one document: cover, contents, chapters, answers."""
    contents, body, answers = [], [], []
    for caption, names in chapters():
        if caption:
            contents.append(f"<p class='part'>{caption}</p>")
        for name in names:
            article = read_page(html, name)
            heading = article.find("h1").decode_contents()
            taken = take_answers(article)
            body.append(str(article))
            if caption:
                contents.append(entry(anchor(name), heading))
            if taken.contents:
                answers.append(f"<section><h2>{heading}</h2>{taken}</section>")
    contents.append(entry("answers", "Answers to the exercises"))
    body.append(
        f"<section id='answers'><h1>Answers to the exercises</h1>{''.join(answers)}</section>"
    )
    cover = (
        f"<header class='cover'><p class='title'>{book_title()}</p>"
        f"<p>Version {version('tconv')}, "
        f"checked against PyTorch {version('torch').split('+')[0]}</p>"
        "<p>On the screen you can play with the pictures, and fold out the code that draws them. "
        "Here you see them at rest. The answers to the exercises are at the end.</p></header>"
    )
    listing = f"<nav class='contents'><h1>Contents</h1>{''.join(contents)}</nav>"
    return document(html, cover + listing + "".join(body))


def entry(target, heading):
    """Return a line of the contents; its page number is filled in after the first printing."""
    return f"<p><a href='#{target}'>{heading}</a> <span data-page-of='{target}'></span></p>"


def open_document(browser, html, text):
    """Open the joined document as if it lay in the book's folder, with its pictures and styles."""
    address = Path(html, "paper.html").resolve().as_uri()
    page = browser.new_page()
    page.route(address, lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto(address, wait_until="load", timeout=120_000)
    page.evaluate("document.fonts.ready")
    return page


def print_book(browser, html):
    """Print twice: the first time tells on which page each chapter begins."""
    page = open_document(browser, html, join_book(html))
    options = {
        "path": Path(html, BOOK),
        "format": "A4",
        "margin": {"top": "18mm", "bottom": "20mm", "left": "20mm", "right": "20mm"},
        "display_header_footer": True,
        "header_template": "<span></span>",
        "footer_template": PAGE_NUMBER,
        "print_background": True,
        "outline": True,
        "tagged": True,
    }
    page.pdf(**options)
    reader = PdfReader(options["path"])
    numbers = {
        name.removeprefix("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }
    page.evaluate(
        "numbers => { for (const span of document.querySelectorAll('[data-page-of]'))"
        " span.textContent = numbers[span.dataset.pageOf]; }",
        numbers,
    )
    page.pdf(**options)
    page.close()
    pack(options["path"])


def pack(path):
    """Compress a PDF's own notes, too: for screen readers it names each part of each formula."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def print_sheet(browser, html, path):
    """Print the formulas on one side of paper."""
    article = read_page(html, FORMULAS)
    page = open_document(browser, html, document(html, f"<div class='sheet'>{article}</div>"))
    page.pdf(path=path, print_background=True, prefer_css_page_size=True)
    page.close()
    if (pages := len(PdfReader(path).pages)) != 1:
        sys.exit(f"{path} must be one page, it has {pages}")


def main(html):
    """Print the book and its sheet of formulas."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=["--no-sandbox"])
        print_book(browser, html)
        print_sheet(browser, html, Path(html, SHEET))
        browser.close()
    print(Path(html, BOOK), Path(html, SHEET), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
