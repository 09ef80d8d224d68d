"""What the book's contents list."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
COVER = TOC["root"]
CHAPTERS = [COVER] + [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
NOTEBOOKS = [chapter for chapter in CHAPTERS if (ROOT / f"{chapter}.ipynb").exists()]
PAGES = [*CHAPTERS, "search"]
