"""Mutation testing: change the numerics in one place at a time, and see that a test fails.

    python tests/mutants.py [module ...]

A mutant that no test kills is a hole in the tests, unless it computes the same: such a one stands
in `mutants.toml`, beside this file, with the reason. The exit status tells whether any other
survived, or one of the ledger did not.

The tests of a module run in a process forked from this one, which has imported PyTorch and its like
but not tconv: that takes a fraction of a second, where a process of its own would take several.
"""

import ast
import copy
import importlib
import os
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEDGER = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))
SECONDS, BYTES = 120, 2**35
PRELOADED = ["numpy", "scipy.sparse", "hypothesis.strategies", "torch.nn.functional", "matplotlib"]

#: Which tests are to kill the mutants of a module: the quick ones first, after its doctests.
TESTS = {
    "shapes": ["test_shapes", "test_refusals", "test_fuzzing"],
    "operators": ["test_operators", "test_refusals"],
    "matrix": ["test_matrix", "test_refusals", "test_fuzzing"],
    "constructions": ["test_constructions", "test_refusals", "test_fuzzing"],
    "kernels": ["test_kernels", "test_refusals", "test_fuzzing"],
    "frameworks": ["test_frameworks", "test_fuzzing"],
    "_core": ["test_operators", "test_refusals", "test_fuzzing"],
    "_arguments": ["test_refusals", "test_operators", "test_fuzzing"],
    "_validation": ["test_refusals", "test_shapes", "test_fuzzing"],
    "solver": ["test_shapes", "test_refusals", "test_fuzzing"],
    "relationships": ["test_shapes"],
}

SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
RENAMED = {"min": "max", "any": "all", "minimum": "maximum", "zeros": "ones"}
RENAMED |= {new: old for old, new in RENAMED.items()}


def variants(node):
    """Yield what a node may be changed into."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in SWAPPED:
        yield with_field(node, "op", SWAPPED[type(node.op)]())
    elif isinstance(node, ast.Compare):
        for n, op in enumerate(node.ops):
            ops = [*node.ops[:n], SWAPPED[type(op)](), *node.ops[n + 1 :]]
            yield with_field(node, "ops", ops)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield ast.Constant(node.value + "?")
    elif isinstance(node, ast.If | ast.IfExp):
        yield with_field(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Name) and node.id in RENAMED:
        yield with_field(node, "id", RENAMED[node.id])
    elif isinstance(node, ast.Attribute) and node.attr in RENAMED:
        yield with_field(node, "attr", RENAMED[node.attr])
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()


def with_field(node, name, value):
    other = copy.copy(node)
    setattr(other, name, value)
    return other


def places(node, where="module"):
    """Yield what may be changed below a node: its parent, field, index, itself, its function."""
    for name, value in ast.iter_fields(node):
        if (type(node), name) in NOT_CHANGED or (
            isinstance(node, ast.keyword) and node.arg == "strict"
        ):
            continue
        for n, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST) and not is_words(child):
                inside = getattr(child, "name", where) if isinstance(child, SCOPES) else where
                yield node, name, n if isinstance(value, list) else None, child, inside
                yield from places(child, inside)


SCOPES = ast.FunctionDef | ast.ClassDef
#: A type is no behaviour, nor is a way of naming an argument.
NOT_CHANGED = {(ast.AnnAssign, "annotation"), (ast.arg, "annotation"), (ast.FunctionDef, "returns")}


def is_words(node):
    """Whether the node is a docstring or the text of a message."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Raise | ast.JoinedStr)


def mutants(module):
    """Return the module's syntax trees with one change each, by a name that tells the change."""
    tree = ast.parse((ROOT / "tconv" / f"{module}.py").read_text(encoding="utf-8"))
    found, seen = {}, Counter()
    for parent, field, n, node, where in places(tree):
        for other in variants(node):
            name = f"{where}: {in_short(node)} -> {in_short(other)}"
            seen[name] += 1
            name += f" ({seen[name]})" if seen[name] > 1 else ""
            before = getattr(parent, field)
            changed = other if n is None else [*before[:n], other, *before[n + 1 :]]
            setattr(parent, field, changed)
            found[name] = compile(ast.fix_missing_locations(copy.deepcopy(tree)), module, "exec")
            setattr(parent, field, before)
    return found


def in_short(node):
    return ast.unparse(node).split("\n")[0]


def run_tests(module, code):
    """Run the module's tests on the mutant, in this process, and leave it: with 0 if all pass."""
    signal.alarm(SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    path = str(ROOT / "tconv" / f"{module}.py")
    original = SourceFileLoader.get_code
    SourceFileLoader.get_code = lambda loader, name: (
        code if code and loader.path == path else original(loader, name)
    )
    importlib.import_module(f"tconv.{module}")  # before pytest does, whose own loader is another
    files = [path, *(str(ROOT / "tests" / f"{name}.py") for name in TESTS[module])]
    quickly = ["-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:xdist"]
    preloaded = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    os._exit(int(pytest.main([*files, *quickly, *preloaded])))


def survivors(module, found):
    """Return the names of the mutants that no test kills; one runs on each core."""
    alive, running, waiting = [], {}, list(found.items())
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            name, code = waiting.pop(0)
            child = os.fork()
            if not child:
                run_tests(module, code)
            running[child] = name
        child, status = os.wait()
        name = running.pop(child)
        if status == 0:
            alive.append(name)
    return alive


def main(modules):
    """Test the mutants of the modules, or of all, and print how many were killed."""
    os.chdir(ROOT)
    for name in PRELOADED:
        importlib.import_module(name)
    unexpected = []
    print("| module | mutants | killed | equivalent | alive | seconds |\n|---|--:|--:|--:|--:|--:|")
    for module in modules or TESTS:
        start, found, known = time.monotonic(), mutants(module), LEDGER.get(module, {})
        if not survivors(module, {"unchanged": None}):
            sys.exit(f"the tests of {module} fail without a change")
        alive = survivors(module, found)
        holes = [name for name in alive if name not in known]
        unexpected += [f"{module}: alive: {name}" for name in holes]
        unexpected += [f"{module}: not alive: {name}" for name in known if name not in alive]
        killed, same = len(found) - len(alive), len(alive) - len(holes)
        seconds = time.monotonic() - start
        print(
            f"| `{module}` | {len(found)} | {killed} | {same} | {len(holes)} | {seconds:.0f} |",
            flush=True,
        )
    print(*unexpected, sep="\n")
    sys.exit(bool(unexpected))


if __name__ == "__main__":
    main(sys.argv[1:])
