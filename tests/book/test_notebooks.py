"""What nbval does not see: that every notebook was run, whole, and has something to be held to.

nbval compares a cell's new output with the stored one, and passes a cell that was never run, or
whose tag tells it to look away. So each check here takes a notebook and returns what is wrong with
it. Each is given every chapter, and must find nothing, then a fault planted, and must find that.
"""

import ast
import copy
import re
from pathlib import Path

import nbformat
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from refresh import PYTHON, WIDGET_VIEW, normalise

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "book").glob("**/[!.]*.ipynb"))

#: A cell's output may go unchecked only for one of these reasons, given as a second tag.
REASONS_TO_IGNORE_OUTPUT = {"training-curve", "picture", "timing"}
ASSERTIONS = {"assert_allclose", "assert_array_equal", "assert_close", "assert_equal"}


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def output_texts(notebook):
    """Yield what a reader can read of the outputs, and nbval compares."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if "text" in output:
                yield output.text
            yield from (text for mime, text in output.get("data", {}).items() if "text/" in mime)


def not_run_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if not counts:
        return ["there is no code cell"]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"cells were run as {counts}"]


def stored_errors(notebook):
    outputs = (output for cell in code_cells(notebook) for output in cell.outputs)
    return [output.ename for output in outputs if output.output_type == "error"]


def stored_warnings(notebook):
    outputs = (output for cell in code_cells(notebook) for output in cell.outputs)
    return [output.text for output in outputs if output.get("name") == "stderr"]


def traces_of_a_machine(notebook):
    """Find memory addresses, and folders of the machine that ran the notebook."""
    trace = re.compile(r"\b0x[0-9a-f]{6,}|/(?:home|Users|root|tmp|opt|usr)/\S+", re.IGNORECASE)
    return [found for text in output_texts(notebook) for found in trace.findall(text)]


def unchecked_outputs(notebook):
    """Find cells that tell nbval to look away, other than for a stated reason."""
    wrong = []
    for cell in code_cells(notebook):
        silencing = {tag for tag in tags(cell) if "nbval" in tag or tag == "raises-exception"}
        if silencing == {"nbval-ignore-output"} and tags(cell) & REASONS_TO_IGNORE_OUTPUT:
            silencing = set()
        silencing |= set(re.findall(r"#.*\b(?:NBVAL|PYTEST_VALIDATE)_\w+", cell.source))
        wrong += sorted(silencing)
    return wrong


def no_comparison_with_torch(notebook):
    """Look for an assertion on something that came, directly or by name, from PyTorch."""
    from_torch = set()
    for statement in statements(notebook):
        if "torch" in names_imported_from(statement) or names_in(statement) & from_torch:
            from_torch |= names_bound_by(statement)
        for call in ast.walk(statement):
            if (
                isinstance(call, ast.Call)
                and getattr(call.func, "attr", getattr(call.func, "id", None)) in ASSERTIONS
                and names_in(*call.args) & from_torch
            ):
                return []
    return [f"no {' or '.join(sorted(ASSERTIONS))} of a result of PyTorch's"]


def star_imports(notebook):
    nodes = (node for statement in statements(notebook) for node in ast.walk(statement))
    return [
        ast.unparse(n) for n in nodes if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"
    ]


def statements(notebook):
    transform = TransformerManager().transform_cell  # %magic into Python
    return [s for cell in code_cells(notebook) for s in ast.parse(transform(cell.source)).body]


def names_imported_from(statement):
    """Return the top-level packages that a statement imports."""
    if isinstance(statement, ast.Import):
        return {alias.name.split(".")[0] for alias in statement.names}
    return (
        {(statement.module or "").split(".")[0]} if isinstance(statement, ast.ImportFrom) else set()
    )


def names_in(*trees):
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def names_bound_by(statement):
    bound = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.FunctionDef):
            bound.add(node.name)
    return bound


def not_as_refresh_stores_it(notebook):
    return [] if normalise(notebook) == notebook else ["run `make refresh` on it"]


CHECKS = [
    not_run_top_to_bottom,
    stored_errors,
    stored_warnings,
    traces_of_a_machine,
    unchecked_outputs,
    no_comparison_with_torch,
    star_imports,
    not_as_refresh_stores_it,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path, check):
    assert check(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_numbered_or_for_reference(path):
    name = path.relative_to(ROOT / "book").with_suffix("").as_posix()
    assert re.fullmatch(r"(\d\d-|reference/)[a-z0-9-]+", name)


def test_every_notebook_is_a_chapter():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = {chapter["file"] for part in toc["parts"] for chapter in part["chapters"]}
    assert {path.relative_to(ROOT).with_suffix("").as_posix() for path in NOTEBOOKS} <= chapters


def sound_notebook():
    """Return a notebook in which no check finds anything."""
    cells = [
        new_markdown_cell("# A chapter"),
        new_code_cell("import torch.nn.functional as F\nimport numpy as np", execution_count=1),
        new_code_cell(
            "theirs = F.relu(x)\nnp.testing.assert_array_equal(ours, theirs)\nours",
            execution_count=2,
            outputs=[new_output("execute_result", {"text/plain": "[1]"}, execution_count=2)],
        ),
    ]
    return normalise(new_notebook(cells=cells))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_sound_notebook(check):
    assert check(sound_notebook()) == []


def cell_never_run(notebook):
    notebook.cells[2].execution_count = None


def cells_run_out_of_order(notebook):
    notebook.cells[1].execution_count, notebook.cells[2].execution_count = 2, 1


def only_prose(notebook):
    del notebook.cells[1:]


def error_stored(notebook):
    notebook.cells[2].outputs = [new_output("error", ename="ValueError", evalue="", traceback=[])]


def warning_stored(notebook):
    notebook.cells[2].outputs = [new_output("stream", name="stderr", text="deprecated")]


def address_printed(notebook):
    notebook.cells[2].outputs = [new_output("stream", text="<function f at 0x7f3a1c0e5d80>")]


def address_shown(notebook):
    notebook.cells[2].outputs[0].data["text/html"] = "<p>0x7f3a1c0e5d80</p>"


def folder_printed(notebook):
    notebook.cells[2].outputs = [new_output("stream", text="/home/me/book/images")]


def skipped_by_tag(notebook):
    notebook.cells[2].metadata["tags"] = ["nbval-skip", "picture"]


def ignored_without_reason(notebook):
    notebook.cells[2].metadata["tags"] = ["nbval-ignore-output"]


def error_invited(notebook):
    notebook.cells[2].metadata["tags"] = ["raises-exception"]


def ignored_by_comment(notebook):
    notebook.cells[2].source += "  # NBVAL_IGNORE_OUTPUT"


def assertion_gone(notebook):
    notebook.cells[2].source = "theirs = F.relu(x)\nprint(ours == theirs)"


def compared_with_itself(notebook):
    notebook.cells[2].source = "F.relu(x)\nnp.testing.assert_array_equal(ours, ours)"


def star_imported(notebook):
    notebook.cells[1].source += "\nfrom tconv import *"


def other_kernel(notebook):
    notebook.metadata["kernelspec"] = PYTHON["kernelspec"] | {"name": "my-env"}


def python_version_stored(notebook):
    notebook.metadata["language_info"] = PYTHON["language_info"] | {"version": "3.11.7"}


def widget_state_stored(notebook):
    notebook.metadata["widgets"] = {}


def widget_view_stored(notebook):
    notebook.cells[2].outputs[0].data[WIDGET_VIEW] = {"model_id": "5"}


def timing_stored(notebook):
    notebook.cells[2].metadata["execution"] = {"iopub.status.busy": "now"}


def random_cell_id(notebook):
    notebook.cells[0].id = "f00dcafe"


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (cell_never_run, not_run_top_to_bottom),
        (cells_run_out_of_order, not_run_top_to_bottom),
        (only_prose, not_run_top_to_bottom),
        (error_stored, stored_errors),
        (warning_stored, stored_warnings),
        (address_printed, traces_of_a_machine),
        (address_shown, traces_of_a_machine),
        (folder_printed, traces_of_a_machine),
        (skipped_by_tag, unchecked_outputs),
        (ignored_without_reason, unchecked_outputs),
        (error_invited, unchecked_outputs),
        (ignored_by_comment, unchecked_outputs),
        (assertion_gone, no_comparison_with_torch),
        (compared_with_itself, no_comparison_with_torch),
        (star_imported, star_imports),
        (other_kernel, not_as_refresh_stores_it),
        (python_version_stored, not_as_refresh_stores_it),
        (widget_state_stored, not_as_refresh_stores_it),
        (widget_view_stored, not_as_refresh_stores_it),
        (timing_stored, not_as_refresh_stores_it),
        (random_cell_id, not_as_refresh_stores_it),
    ],
    ids=lambda function: function.__name__,
)
def test_planted_fault_is_found(plant, check):
    notebook = sound_notebook()
    plant(notebook)
    assert check(notebook)


@pytest.mark.parametrize("reason", sorted(REASONS_TO_IGNORE_OUTPUT))
def test_output_ignored_for_a_reason(reason):
    notebook = sound_notebook()
    notebook.cells[2].metadata["tags"] = ["nbval-ignore-output", reason]
    assert unchecked_outputs(notebook) == []


def test_normalising_changes_only_a_copy():
    notebook = sound_notebook()
    notebook.metadata["widgets"] = {}
    before = copy.deepcopy(notebook)
    assert normalise(notebook) != notebook
    assert notebook == before


@pytest.mark.parametrize(
    ("tags", "folded"),
    [
        ([], None),
        (["hide-input"], {"source_hidden": True}),
        (["hide-cell"], {"source_hidden": True, "outputs_hidden": True}),
    ],
)
def test_jupyterlab_folds_what_the_book_folds(tags, folded):
    cell = new_code_cell("1 + 1", metadata={"tags": tags, "jupyter": {"outputs_hidden": True}})
    assert normalise(new_notebook(cells=[cell])).cells[0].metadata.get("jupyter") == folded


def test_equal_cells_get_different_ids():
    notebook = normalise(
        new_notebook(cells=[new_markdown_cell("again"), new_markdown_cell("again")])
    )
    assert notebook.cells[0].id != notebook.cells[1].id
