"""VBA projects: modules with their source, also where the directory does not help."""

from collections.abc import Callable

from samples.compound_tree import Tree, compound
from samples.vba import COMPILED, compressed, vba_storage
from scanners.budget import Budget
from scanners.ole.compound import open_compound
from scanners.ole.vba_project import Project, projects

MakeBudget = Callable[..., Budget]
SOURCE = 'Sub AutoOpen()\n  MsgBox "hello"\nEnd Sub\n'


def read(tree: Tree, budget: Budget) -> list[Project]:
    return list(projects(open_compound(memoryview(compound(tree))), budget))


def changed(**streams: bytes) -> Tree:
    inside = vba_storage({"ThisDocument": SOURCE, "Module1": "Sub b()\nEnd Sub\n"})["VBA"]
    assert not isinstance(inside, bytes)
    return {"Macros": {"VBA": {**inside, **streams}}}


def test_modules_with_kind_and_source(new_budget: MakeBudget) -> None:
    (project,) = read(changed(), new_budget())
    assert not project.broken
    found = {module.name: module for module in project.modules}
    assert set(found) == {"ThisDocument", "Module1"}
    assert found["ThisDocument"].class_module
    assert not found["Module1"].class_module
    assert found["ThisDocument"].source.endswith(SOURCE.replace("\n", "\r\n").encode())
    assert bytes(found["Module1"].compiled) == COMPILED


def test_a_module_that_the_directory_does_not_list_is_searched(new_budget: MakeBudget) -> None:
    hidden = b"\x01\x02\x03" * 9 + compressed(
        b'Attribute VB_Name = "X"\r\nSub evil()\r\nEnd Sub\r\n'
    )
    (project,) = read(changed(Hidden=hidden), new_budget())
    sources = {module.name: module.source for module in project.modules}
    assert b"Sub evil()" in sources["Hidden"]


def test_a_stream_without_source_is_no_module(new_budget: MakeBudget) -> None:
    (project,) = read(changed(__SRP_0=b"\0" * 50, Noise=b"\1" * 50), new_budget())
    assert {module.name for module in project.modules} == {"ThisDocument", "Module1"}


def test_an_offset_that_lies_is_searched_past(new_budget: MakeBudget) -> None:
    text = compressed(b'Attribute VB_Name = "M"\r\nSub moved()\r\nEnd Sub\r\n')
    (project,) = read(changed(Module1=bytes(200) + text), new_budget())
    found = {module.name: module for module in project.modules}
    assert b"Sub moved()" in found["Module1"].source


def test_a_broken_directory_says_so_and_sources_are_found_all_the_same(
    new_budget: MakeBudget,
) -> None:
    (project,) = read(changed(dir=b"\0 no directory"), new_budget())
    assert project.broken
    assert any(b"Sub AutoOpen()" in module.source for module in project.modules)


def test_a_wiped_source_is_empty(new_budget: MakeBudget) -> None:
    (project,) = read(changed(Module1=COMPILED), new_budget())
    (module,) = (module for module in project.modules if module.name == "Module1")
    assert module.source == b""


def test_projects_of_embedded_documents_too(new_budget: MakeBudget) -> None:
    tree: Tree = {**changed(), "ObjectPool": {"_1": changed()}}
    assert len(read(tree, new_budget())) == 2


def test_no_project_no_modules(new_budget: MakeBudget) -> None:
    assert read({"dir": b"x" * 40, "VBA": {"a": b"a"}}, new_budget()) == []


def test_rubbish_behind_directory_and_source_changes_nothing(new_budget: MakeBudget) -> None:
    streams = vba_storage({"M": SOURCE})["VBA"]
    assert not isinstance(streams, bytes)
    padded = {
        name: data + b"rubbish that is no chunk"
        for name, data in streams.items()
        if isinstance(data, bytes)
    }
    (project,) = read({"Macros": {"VBA": padded}}, new_budget())
    assert not project.broken
    assert SOURCE.replace("\n", "\r\n").encode() in project.modules[0].source
