"""The notebooks as tests: a fault in tconv, or a change in a stored output, turns them red.

Here one fault is planted, and all changes of outputs are compared by nbval without running any.
`make faults` plants every fault of `faults.toml`.
"""

import copy
import re

import pytest
from faults import FAULTS, NOTEBOOKS, PACKAGE, SOUND, is_red
from nbval.plugin import IPyNbFile


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["name"])
def test_a_fault_stands_once_in_its_file(fault):
    text = (PACKAGE / fault["file"]).read_text(encoding="utf-8")
    assert text.count(fault["old"]) == 1
    assert fault["old"] != fault["new"]
    assert fault["caught_by"]


@pytest.mark.slow
def test_a_planted_fault_turns_a_notebook_red():
    fault = next(fault for fault in FAULTS if fault["name"] == "kernel not rotated")
    notebook = "reference/misconceptions"  # the quickest
    assert not is_red(notebook, SOUND)
    assert is_red(notebook, fault)


def changed_outputs(outputs):
    """Yield the outputs of a cell with one character of one text in them changed."""
    for n, output in enumerate(outputs):
        for mime in [mime for mime in output.get("data", {}) if "image" not in mime]:
            other = copy.deepcopy(outputs)
            other[n]["data"][mime] = another(output["data"][mime])
            yield other
        if "text" in output:
            other = copy.deepcopy(outputs)
            other[n]["text"] = another(output["text"])
            yield other


def another(text):
    """Return the text with its last digit raised by one, or else with its last letter doubled."""
    raised, count = re.subn(r"\d(?=\D*\Z)", lambda found: str((int(found[0]) + 1) % 10), text)
    return raised if count else re.sub(r"\w(?=\W*\Z)", r"\g<0>\g<0>", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_change_in_any_stored_output_is_seen(path, request):
    notebook = IPyNbFile.from_parent(request.session, path=path)
    seen = 0
    for item in notebook.collect():
        if item.options["check"]:
            stored = item.cell.outputs
            assert item.compare_outputs(stored, stored)
            for changed in changed_outputs(stored):
                assert not item.compare_outputs(changed, stored)
                seen += 1
    assert seen
