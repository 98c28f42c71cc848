"""Coverage for libFuzzer: our own modules are compiled with a count in every branch.

Done on the syntax tree, because what atheris 2.3.0 does to the bytecode of Python 3.11 breaks
loops at the beginning of a function.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

OURS = ("icap_server", "scanners")
BRANCH, COMPARE = "__fuzz_branch__", "__fuzz_compare__"
COMPARISONS: dict[type[ast.cmpop], int] = {  # as CPython 3.11 numbers them
    ast.Lt: 0,
    ast.LtE: 1,
    ast.Eq: 2,
    ast.NotEq: 3,
    ast.Gt: 4,
    ast.GtE: 5,
}


class Counting(ast.NodeTransformer):
    """Puts a call at the start of every branch, and comparisons where libFuzzer can see them."""

    def __init__(self, engine: ModuleType) -> None:
        self._engine = engine

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                first = 1 if ast.get_docstring(node) is not None else 0
                node.body.insert(first, ast.Expr(self._count()))
            case ast.If() | ast.For() | ast.While():
                node.body.insert(0, ast.Expr(self._count()))
                node.orelse.insert(0, ast.Expr(self._count()))
            case ast.ExceptHandler() | ast.match_case():
                node.body.insert(0, ast.Expr(self._count()))
            case ast.IfExp():
                node.body, node.orelse = map(self._counted, (node.body, node.orelse))
            case ast.BoolOp():
                node.values[1:] = map(self._counted, node.values[1:])
            case ast.Compare(ops=[operator]) if type(operator) in COMPARISONS:
                return self._compare(node, COMPARISONS[type(operator)])
        return node

    def _count(self) -> ast.expr:
        return _call(BRANCH, ast.Constant(self._engine._reserve_counter()))

    def _counted(self, expression: ast.expr) -> ast.expr:
        return ast.BoolOp(ast.Or(), [self._count(), expression])  # the call returns None

    def _compare(self, node: ast.Compare, operator: int) -> ast.expr:
        place, left_is_constant = self._engine._reserve_counter(), False
        constants = map(ast.Constant, (operator, place, left_is_constant))
        return _call(COMPARE, node.left, node.comparators[0], *constants)


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class Loader(SourceFileLoader):
    """Compiles what it loads anew: a cached file would count nothing."""

    engine: ModuleType

    def get_code(self, fullname: str) -> CodeType:
        tree = ast.parse(self.get_data(self.path), self.path)
        counting = ast.fix_missing_locations(Counting(self.engine).visit(tree))
        assert isinstance(counting, ast.Module)
        return compile(counting, self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.split(".", maxsplit=1)[0] not in OURS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Loader(fullname, spec.loader.path)
        return spec


def instrument(engine: ModuleType) -> None:
    """From now on every module of OURS that is imported counts; `engine` is atheris."""
    Loader.engine = engine
    sys.meta_path.insert(0, Finder())
    connect(engine)


def connect(engine: ModuleType) -> None:
    """Let the counts reach libFuzzer, whose functions take their places when fuzzing begins."""
    setattr(builtins, BRANCH, engine._trace_branch)
    setattr(builtins, COMPARE, engine._trace_cmp)
