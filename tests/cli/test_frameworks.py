"""`lanyard frameworks …`: a look ahead, taking in, finding, and skills that are aligned with what was found."""

from __future__ import annotations

from tests.issuing.frameworks.files import ESCO_BROADER, ESCO_GROUPS, ESCO_SKILLS


def test_a_framework_is_foreseen_taken_in_searched_and_aligned_with(academy):
    files = []
    for each in (ESCO_SKILLS, ESCO_GROUPS, ESCO_BROADER):
        files.append(academy.folder / each.name)
        files[-1].write_bytes(each.content)

    foreseen = academy("frameworks", "import", "st-anna", "esco", *files, "--dry-run")
    taken = academy("frameworks", "import", "st-anna", "esco", *files)
    again = academy("frameworks", "import", "st-anna", "esco", *files)
    found = academy("frameworks", "find", "st-anna", "esco", "phlebotomise")
    entry = found.last_line.split()[0]
    made = academy("frameworks", "adopt", "st-anna", entry, "sk-blood")
    same = academy("frameworks", "adopt", "st-anna", entry, "sk-cpr", "--existing")

    assert "3 added" in foreseen.out
    assert "nothing was changed" in foreseen.out
    assert ["3 added" in taken.out, "3 unchanged" in again.out] == [True, True]
    assert "draw blood" in found.last_line
    assert (made.code, same.code) == (0, 0)
    assert made.out.strip() == "sk-blood is aligned with draw blood."


def test_what_is_wrong_with_a_file_is_told_with_its_line(academy):
    file = academy.folder / "skills.csv"
    file.write_text("conceptType,conceptUri,preferredLabel\nSkillGroup,nowhere,Care\n")

    said = academy("frameworks", "import", "st-anna", "esco", file)

    assert said.code == 1
    assert f"{file}:2: url: " in said.err.replace("\n", "")
