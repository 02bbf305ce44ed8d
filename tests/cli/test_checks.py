"""`lanyard check`: a heap of badges at the terminal, and the result as a file."""

from __future__ import annotations

import pypdf


def test_a_staff_list_is_checked_and_written_down(academy):
    address = academy.good("issue", "st-anna", "bls", "ana@x.example").strip()
    listed = academy.folder / "staff.csv"
    listed.write_text(f"name,e-mail,link\nAna,ana@x.example,{address}\nBea,bea@x.example,nothing\n")

    said = academy("check", listed, "--issuer", "st-anna", "--result", academy.folder / "result.pdf")

    assert said.code == 1
    assert "1 good" in said.out
    assert "1 not_checked" in said.out
    assert len(pypdf.PdfReader(academy.folder / "result.pdf").pages) == 1


def test_a_result_of_a_form_that_is_none_is_refused_before_anything_is_checked(academy):
    said = academy("check", academy.folder / "none.csv", "--issuer", "st-anna", "--result", "x.docx")

    assert said.code != 0
    assert ".csv, .xlsx or .pdf" in said.err
