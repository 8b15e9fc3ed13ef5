"""The diagrams in the docs are those of the code."""

from tools.states import FILE, text


def test_diagrams_in_the_docs_are_those_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == text()
    assert "submitted --> approved: Record the decision" in text()
