"""The notebooks in a real JupyterLab: every cell runs, and widget and Python stay in step both ways."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
import pytest

import tconv
from tconv.widgets import ConvolutionExplorer

ROOT = Path(__file__).parents[2]
STARTS = ConvolutionExplorer()

pytestmark = pytest.mark.xdist_group("jupyterlab")  # one server for all


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address and the folder of a JupyterLab without password on a free port of the loopback interface."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": "",
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    with (folder / "lab.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"JUPYTER_CONFIG_DIR": str(folder / "config")},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api"):
                break
            assert process.poll() is None, (folder / "lab.log").read_text()
            time.sleep(0.5)
        else:
            pytest.fail(f"JupyterLab did not start:\n{(folder / 'lab.log').read_text()}")
        yield address, folder
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def notebook(lab, browser):
    """Open a notebook in JupyterLab: ``with notebook(path) as page: ...``."""

    @contextlib.contextmanager
    def open_notebook(name):
        address, _ = lab
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/lab/tree/{name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        yield page
        context.close()

    return open_notebook


def run_all(page):
    """Run every cell of the open notebook and wait for the last."""
    page.evaluate(
        """async () => {
          const { context, content, sessionContext } = window.jupyterapp.shell.currentWidget;
          await sessionContext.ready;
          await window.jupyterapp.commands.execute("notebook:run-all-cells");
        }"""
    )


def outputs(page):
    """The stored outputs of the open notebook's code cells, as nbformat dictionaries."""
    return page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells
          .filter((cell) => cell.cell_type === "code").map((cell) => cell.outputs)"""
    )


def write(folder, name, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    book = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    nbformat.write(book, folder / name)


def execute(page, code):
    """Run code in the open notebook's kernel and return what it prints."""
    return page.evaluate(
        """async (code) => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const future = kernel.requestExecute({ code });
          let text = "";
          future.onIOPub = ({ header, content }) => {
            if (header.msg_type === "stream") text += content.text;
            if (header.msg_type === "error") text += content.evalue;
          };
          await future.done;
          return text;
        }""",
        code,
    )


def test_traits_sync_both_ways(lab, notebook):
    write(
        lab[1],
        "sync.ipynb",
        "from tconv.widgets import ConvolutionExplorer\nexplorer = ConvolutionExplorer()\nexplorer",
    )
    with notebook("sync.ipynb") as page:
        run_all(page)
        page.wait_for_selector('.tconv-explorer [data-grid="output"]')
        page.locator('.tconv-explorer [data-setting="padding"]').fill("1")
        assert wait_for(page, "print(explorer.padding)", "1\n")
        expected = tconv.conv2d(np.array(STARTS.input), np.array(STARTS.kernel), padding=1)
        assert execute(page, "print(explorer.output)") == f"{expected.tolist()}\n"
        execute(page, "explorer.set_trait('stride', 2); explorer.padding = 0")
        page.wait_for_function(
            "document.querySelector('.tconv-explorer [data-grid=output] .values').textContent === '122'"
        )
        page.locator('.tconv-explorer [data-grid="input"]').focus()
        page.keyboard.press("9")
        page.keyboard.press("Enter")
        assert wait_for(page, "print(explorer.input[0])", "[9, 5, 8, 7]\n")
        assert execute(page, "explorer.stride = 7").startswith("The value of the 'stride' trait")


def wait_for(page, code, expected):
    """Does the kernel print `expected` for `code`, now or soon?"""
    for _ in range(40):
        if execute(page, code) == expected:
            return True
        page.wait_for_timeout(100)
    return False


def test_link_and_observe_work_as_for_any_ipywidget(lab, notebook):
    write(
        lab[1],
        "link.ipynb",
        "import ipywidgets\nfrom tconv.widgets import ConvolutionExplorer\n"
        "a, b = ConvolutionExplorer(), ConvolutionExplorer(direction='transposed', input_size=2)\n"
        "seen = []\na.observe(lambda change: seen.append(change.new), 'stride')\n"
        "ipywidgets.link((a, 'stride'), (b, 'stride'))\nipywidgets.VBox([a, b])",
    )
    with notebook("link.ipynb") as page:
        run_all(page)
        page.wait_for_function("document.querySelectorAll('.tconv-explorer').length === 2")
        page.locator('.tconv-explorer [data-setting="stride"]').nth(0).fill("2")
        assert wait_for(page, "print(a.stride, b.stride, seen)", "2 2 [2]\n")
        page.wait_for_function(
            "document.querySelectorAll('.tconv-explorer')[1].querySelector('[data-setting=stride]').value === '2'"
        )


def test_shape_solver_syncs_both_ways(lab, notebook):
    write(
        lab[1],
        "solver.ipynb",
        "from tconv.widgets import ShapeSolver\nsolver = ShapeSolver(sizes=[4, 8])\nsolver",
    )
    with notebook("solver.ipynb") as page:
        run_all(page)
        rows = page.locator(".tconv-solver tbody tr")
        rows.nth(1).click()
        picked = {"kernel_size": 4, "stride": 2, "padding": 1, "output_padding": 0, "dilation": 1}
        assert wait_for(page, "print(solver.layers)", f"{[picked]}\n")
        page.locator('.tconv-solver [data-action="longer"]').click()
        assert wait_for(page, "print(solver.sizes, len(solver.solutions))", "[4, 8, 16] 2\n")
        assert execute(page, "print(solver.layers[0])") == f"{picked}\n"
        execute(page, "solver.layers = [{'kernel_size': 3, 'stride': 2}] * 2")
        page.wait_for_function(
            "document.querySelector('.tconv-solver [data-size=\"2\"]').value === '19'"
        )
        execute(page, "solver.question = 'sizes'")
        page.locator('.tconv-solver [data-setting="stride"]:visible').fill("3")
        assert wait_for(page, "print(solver.sizes)", "[4, 9, 27]\n")
        refused = execute(page, "solver.sizes = [4, 0]")
        assert refused == "sizes[1] must be an integer from 1 to 9999, got 0"


def test_adjoint_explorer_syncs_both_ways(lab, notebook):
    write(
        lab[1],
        "adjoint.ipynb",
        "from tconv.widgets import AdjointExplorer\nexplorer = AdjointExplorer()\nexplorer",
    )
    with notebook("adjoint.ipynb") as page:
        run_all(page)
        page.wait_for_selector('.tconv-explorer [data-grid="back"]')
        page.locator('.tconv-explorer [data-setting="stride"]').fill("2")
        assert wait_for(
            page, "print(explorer.stride, explorer.y, explorer.forward)", "2 [[2]] [[122]]\n"
        )
        assert execute(page, "print(explorer.inner_products)") == "[244, 244]\n"
        execute(page, "explorer.x = [[1, 0, 0], [0, 0, 0], [0, 0, 2]]")
        page.wait_for_function(
            "[...document.querySelectorAll('.tconv-explorer [data-grid=back] .values text')]"
            ".flatMap((row) => row.textContent.split(/ +/)).length === 9"
        )
        assert page.locator(".tconv-explorer .products b").all_text_contents() == ["6", "6"]
        page.locator('.tconv-explorer [data-grid="kernel"]').focus()
        page.keyboard.press("5")
        page.keyboard.press("Enter")
        assert wait_for(page, "print(explorer.forward, explorer.rank)", "[[7]] 1\n")
        assert execute(page, "explorer.padding = 7").startswith("The value of the 'padding' trait")


def test_overlap_explorer_syncs_both_ways(lab, notebook):
    write(
        lab[1],
        "overlap.ipynb",
        "from tconv.widgets import OverlapExplorer\nexplorer = OverlapExplorer(input_size=3)\nexplorer",
    )
    with notebook("overlap.ipynb") as page:
        run_all(page)
        page.wait_for_selector('.tconv-explorer [data-grid="counts"]')
        page.locator('.tconv-explorer [data-setting="kernel_1"]').fill("4")
        expected = tconv.overlap_count(3, 4, stride=2).tolist()
        assert wait_for(page, "print(explorer.layers, explorer.counts)", f"[[4, 2]] {expected}\n")
        execute(page, "explorer.layers = [(3, 2), (2, 2)]")
        stacked = execute(page, "print(*explorer.counts, sep=', ')").strip()
        label = f"paths to each of 14 positions: {stacked}"
        page.wait_for_selector(f'.tconv-explorer [data-grid="bars"][aria-label="{label}"]')
        refused = execute(page, "explorer.layers = [(9, 2)]")
        assert "1 to 3 pairs of a kernel size" in refused


def test_quiz_takes_the_keys_that_are_typed(lab, notebook):
    quiz = "Quiz.predict('How many?', 14, mistakes={16: 'No padding.'}, because='So.')"
    write(lab[1], "quiz.ipynb", f"from tconv.widgets import Quiz\n{quiz}")
    with notebook("quiz.ipynb") as page:
        run_all(page)
        page.locator(".tconv-quiz input").focus()
        for typed, says in (("16", "No padding."), ("14", "Yes. So.")):
            page.keyboard.press("Control+a")
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
            assert page.locator(".tconv-quiz .feedback").text_content() == says
        assert page.locator(".jp-Cell").count() == 1


def test_unrun_notebook_shows_the_tables(lab, notebook):
    shutil.copy(ROOT / "book" / "02-convolution-matrix.ipynb", lab[1])
    with notebook("02-convolution-matrix.ipynb") as page:
        page.wait_for_selector("table.tconv-table")
        assert page.locator(".tconv-explorer").count() == 0


def test_prose_is_rendered_as_in_the_book(lab, notebook):
    shutil.copy(ROOT / "book" / "04-padding.ipynb", lab[1])
    with notebook("04-padding.ipynb") as page:
        first, *_ = page.locator(".jp-MarkdownCell").all()
        first.get_by_text("What you will be able to do", exact=True).wait_for()
        text = first.inner_text()
        assert "need the two chapters before this one: 02-convolution-matrix" in text
        assert ":::" not in text
        assert "{doc}" not in text


def test_chapter_runs_from_top_to_bottom(lab, notebook):
    shutil.copy(ROOT / "book" / "02-convolution-matrix.ipynb", lab[1] / "chapter.ipynb")
    with notebook("chapter.ipynb") as page:
        run_all(page)
        page.wait_for_selector(".tconv-explorer")
        found = [output for cell in outputs(page) for output in cell]
        assert found
        assert [output for output in found if output["output_type"] == "error"] == []
