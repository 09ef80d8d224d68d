"""Run notebooks and store their outputs, in the one form that the repository keeps.

    python tests/book/refresh.py book/02-convolution-matrix.ipynb ...

That form holds nothing that differs from run to run or from one machine to the next: no timings,
no ids of widgets, no version of Python. `test_notebooks.py`, beside this file, holds every notebook
to it. A notebook that fails, or is interrupted, is left as it was.
"""

import copy
import hashlib
import sys
from collections import Counter
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT_METADATA = {"mystnb"}
KEPT_CELL_METADATA = {"mystnb", "slideshow", "tags"}
PYTHON = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}

#: What the book folds or leaves out, JupyterLab folds too.
FOLDED_IN_JUPYTERLAB = {
    "hide-input": {"source_hidden": True},
    "remove-input": {"source_hidden": True},
    "hide-cell": {"source_hidden": True, "outputs_hidden": True},
}


def normalise(notebook):
    """Return a copy of the notebook without what differs from run to run."""
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5  # the first with ids of cells
    notebook.metadata = nbformat.from_dict(_only(KEPT_METADATA, notebook.metadata) | PYTHON)
    seen = Counter()
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(_cell_metadata(cell.metadata))
        seen[cell.source] += 1
        cell.id = _cell_id(cell.source, seen[cell.source])
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(_without_widget_view, cell.outputs) if output]
    return notebook


def _only(names, metadata):
    return {name: value for name, value in metadata.items() if name in names}


def _cell_metadata(metadata):
    folded = [FOLDED_IN_JUPYTERLAB.get(tag, {}) for tag in metadata.get("tags", [])]
    jupyter = {key: value for fold in folded for key, value in fold.items()}
    return _only(KEPT_CELL_METADATA, metadata) | ({"jupyter": jupyter} if jupyter else {})


def _cell_id(source, occurrence):
    """Name a cell by its content: inserting another cell changes no name."""
    name = hashlib.sha256(source.encode()).hexdigest()[:8]
    return name if occurrence == 1 else f"{name}-{occurrence}"


def _without_widget_view(output):
    """Return the output without the view that needs a live kernel, or None if that was all."""
    if "data" not in output:
        return output
    output.data.pop(WIDGET_VIEW, None)
    return output if output.data else None


def run(notebook, folder):
    """Execute the notebook's cells in order, as a reader would in its folder."""
    NotebookClient(
        notebook,
        timeout=1800,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def store(notebook, path):
    """Write the notebook, so that `path` holds either the old or the new one, whole."""
    new = path.with_name(path.name + ".new")
    try:
        nbformat.write(notebook, new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def main(paths):
    """Refresh the notebooks one by one, and stop at the first that fails."""
    for path in map(Path, paths):
        print(path, flush=True)
        try:
            notebook = nbformat.read(path, as_version=4)
            run(notebook, path.parent)
            store(normalise(notebook), path)
        except (Exception, KeyboardInterrupt) as error:
            sys.exit(f"{path} is left as it was: {type(error).__name__} {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
