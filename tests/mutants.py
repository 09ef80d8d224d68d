"""Mutation testing: change the numerics in one place at a time, and see that a test fails.

    python tests/mutants.py [module ...]

A mutant that no test kills is a hole in the tests, unless it computes the same: such a one stands
in `mutants.toml`, beside this file, with the reason. The exit status tells whether any other
survived, or one of the ledger did not.

The tests run once as they are, to see which of them runs which line, and how long that takes. Then
each mutant meets the tests that run its lines, the quickest first, until one fails; what runs on
import meets every test in the files of those that run a line of its module. Each run is a process
forked from this one, which has imported PyTorch and its like but not tconv: that takes a fraction
of a second, where a process of its own would take several.
"""

import ast
import contextlib
import copy
import gc
import importlib
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from importlib.machinery import SourceFileLoader
from itertools import chain
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).parents[1]
LEDGER = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))
MODULES = (
    "shapes", "solver", "relationships", "operators", "matrix", "constructions", "kernels",
    "frameworks", "_core", "_arguments", "_validation",
)  # fmt: skip
TESTS = (
    "test_shapes", "test_operators", "test_matrix", "test_constructions", "test_kernels",
    "test_frameworks", "test_refusals", "test_fuzzing",
)  # fmt: skip
PRELOADED = ("scipy.sparse", "torch.nn.functional", "matplotlib", "jax", "keras", "onnx.reference")
BYTES = 2**33

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


def places(node, where="module", part=None):
    """Yield what may be changed below a node: its parent, field, index, itself, where it stands.

    That is the function's name and the statement, or the body of a lambda: None outside of both.
    """
    for name, value in ast.iter_fields(node):
        if (type(node), name) in NOT_CHANGED or (
            isinstance(node, ast.keyword) and node.arg == "strict"
        ):
            continue
        entered = (type(node), name) in RUN_WHEN_CALLED
        for n, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST) and not is_words(child):
                inside = getattr(child, "name", where) if isinstance(child, SCOPES) else where
                own = child if entered or (part and isinstance(child, ast.stmt)) else part
                yield node, name, n if isinstance(value, list) else None, child, (inside, own)
                yield from places(child, inside, own)


SCOPES = ast.FunctionDef | ast.ClassDef
RUN_WHEN_CALLED = {(ast.FunctionDef, "body"), (ast.Lambda, "body")}
#: A type is no behaviour, nor is a way of naming an argument.
NOT_CHANGED = {(ast.AnnAssign, "annotation"), (ast.arg, "annotation"), (ast.FunctionDef, "returns")}


def is_words(node):
    """Whether the node is a docstring or the text of a message."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Raise | ast.JoinedStr)


def mutants(path):
    """Return the module with one change each, compiled, and the lines that the change is in.

    They go by a name that tells the change. One that shows on import has no lines.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found, seen = {}, Counter()
    for parent, field, n, node, (where, part) in places(tree):
        for other in variants(node):
            name = f"{where}: {in_short(node)} -> {in_short(other)}"
            seen[name] += 1
            name += f" ({seen[name]})" if seen[name] > 1 else ""
            before = getattr(parent, field)
            changed = other if n is None else [*before[:n], other, *before[n + 1 :]]
            setattr(parent, field, changed)
            code = compile(ast.fix_missing_locations(copy.deepcopy(tree)), str(path), "exec")
            setattr(parent, field, before)
            found[name] = code, range(part.lineno, part.end_lineno + 1) if part else ()
    return found


def in_short(node):
    return ast.unparse(node).split("\n")[0]


class Baseline:
    """Runs every test as it is; writes to `file` how long each took, and which run a line."""

    name = "the baseline"

    def __init__(self, file):
        self.file, self.seconds = file, {}

    def begin(self, session):
        session.config.args = [f"tconv/{name}.py" for name in MODULES]
        session.config.args += [f"tests/{name}.py" for name in TESTS]
        modules = str(ROOT / "tconv" / "*.py")
        self.coverage = coverage.Coverage(None, include=modules, config_file=False)
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.coverage.switch_context(item.nodeid)
        start = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - start
        return result

    def pytest_runtest_logreport(self, report):
        if report.failed:
            print(report.nodeid, report.longreprtext, sep="\n")

    def pytest_sessionfinish(self, exitstatus):
        self.coverage.stop()
        data = self.coverage.get_data()
        tests = {Path(path).stem: data.contexts_by_lineno(path) for path in data.measured_files()}
        pickle.dump((self.seconds, tests), self.file)
        self.file.flush()
        os._exit(exitstatus)


class Mutant:
    """Runs tests, given with their seconds, on a changed module until one fails."""

    def __init__(self, name, path, code, seconds):
        self.name, self.path, self.code, self.seconds = name, path, code, seconds

    def begin(self, session):
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        session.config.args = list(dict.fromkeys(test.split("::")[0] for test in self.seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
        original = SourceFileLoader.get_code
        SourceFileLoader.get_code = lambda loader, name: (
            self.code if loader.path == str(self.path) else original(loader, name)
        )
        with contextlib.suppress(Exception):  # pytest meets it again and reports it
            importlib.import_module(f"tconv.{self.path.stem}")  # pytest's own loader is another

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if item.nodeid in self.seconds]
        items.sort(key=lambda item: self.seconds[item.nodeid])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item):
        signal.setitimer(signal.ITIMER_VIRTUAL, 5 + 5 * self.seconds[item.nodeid])  # endless?

    def pytest_sessionfinish(self, exitstatus):
        os._exit(exitstatus)


class Trial:
    """Has pytest, once it is set up, run the tests in processes forked from this one."""

    def __init__(self, modules, file):
        self.modules, self.file = modules, file
        self.unexpected, self.running, self.alive = [], {}, []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        for job in self.jobs():
            if child := os.fork():
                self.running[child] = job
                self.wait_for_fewer_than(os.cpu_count() or 1)
                continue
            session.config.pluginmanager.unregister(self)
            session.config.pluginmanager.register(job)
            job.begin(session)
            return None  # pytest goes on to collect and run, in the child
        return True  # nothing is left to run

    def wait_for_fewer_than(self, count):
        """Wait for processes to end until fewer than so many run; note those whose tests pass."""
        while len(self.running) >= count:
            child, status = os.wait()
            job, code = self.running.pop(child), os.waitstatus_to_exitcode(status)
            if code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
                self.unexpected.append(f"{job.name} could not be tested")
            if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                self.alive.append(job.name)

    def jobs(self):
        """Yield what is to run, and print how it ended."""
        yield from self.that_passes(Baseline(self.file))
        if self.unexpected:
            return
        self.file.seek(0)
        seconds, tests = pickle.load(self.file)
        print(f"{len(seconds)} tests take {sum(seconds.values()):.0f} seconds as they are\n")
        print("| module | mutants | killed | equivalent | alive | seconds |")
        print("|---|--:|--:|--:|--:|--:|", flush=True)
        for module in self.modules:
            yield from self.of_module(module, seconds, tests[module])

    def of_module(self, module, seconds, tests):
        """Yield the mutants of a module, given its tests by line, after the module as it is."""
        start, path = time.monotonic(), ROOT / "tconv" / f"{module}.py"
        every = set().union(*tests.values()) - {""}  # on import no test runs
        quick = {test: seconds[test] for test in sorted(every, key=seconds.get)[:20]}
        unchanged = compile(path.read_text(encoding="utf-8"), str(path), "exec")
        yield from self.that_passes(Mutant(f"{module}, unchanged,", path, unchanged, quick))
        files = {test.split("::")[0] for test in every}
        on_import = {test for test in seconds if test.split("::")[0] in files}
        self.alive, found = [], mutants(path)
        for name, (code, lines) in found.items():
            those = set(chain(*(tests.get(line, ()) for line in lines or tests)))
            those = on_import if "" in those else those
            yield Mutant(name, path, code, {test: seconds[test] for test in those})
        self.wait_for_fewer_than(1)
        self.report(module, len(found), time.monotonic() - start)

    def that_passes(self, job):
        """Yield a job without a change, and note if it failed."""
        yield job
        self.wait_for_fewer_than(1)
        if job.name not in self.alive:
            self.unexpected.append(f"{job.name} fails its tests")

    def report(self, module, count, seconds):
        known = LEDGER.get(module, {})
        holes = [name for name in self.alive if name not in known]
        killed, same = count - len(self.alive), len(self.alive) - len(holes)
        print(
            f"| `{module}` | {count} | {killed} | {same} | {len(holes)} | {seconds:.0f} |",
            flush=True,
        )
        self.unexpected += [f"{module}: alive: {name}" for name in holes]
        self.unexpected += [
            f"{module}: not alive: {name}" for name in known if name not in self.alive
        ]


def main(modules):
    """Test the mutants of the modules, or of all, and print how many were killed."""
    os.chdir(ROOT)
    os.environ["OMP_NUM_THREADS"] = "1"  # a core for each process
    os.environ["KERAS_BACKEND"] = "jax"
    for name in PRELOADED:
        importlib.import_module(name)
    gc.freeze()  # children share it all
    quietly = ["-s", "-o", "addopts=--doctest-modules", "-o", "timeout=0"]
    quietly += [
        f"-pno:{name}" for name in ("terminal", "cacheprovider", "faulthandler", "xdist", "nbval")
    ]
    until_one_fails = ["-x", "-m", "not slow", "--hypothesis-profile", "mutants"]
    preloaded = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    with tempfile.TemporaryFile() as file:
        trial = Trial(modules or MODULES, file)
        pytest.main(["tests", *quietly, *until_one_fails, *preloaded], [trial])
    print(*trial.unexpected, sep="\n")
    sys.exit(bool(trial.unexpected))


if __name__ == "__main__":
    main(sys.argv[1:])
