"""What the improvement group may write about: each section has one name, and no two can be taken for each other."""

from __future__ import annotations

from flows.plan.sections import HEADLINE, SECTIONS, subject_key, subjects
from tests.builders import a_measure, a_milestone, plan_of

EVERY = (HEADLINE, *SECTIONS)


def test_no_name_or_synonym_could_mean_two_sections() -> None:
    words = [subject_key(word) for section in EVERY for word in (section.name, *section.synonyms)]
    assert len(set(words)) == len(words)


def test_what_to_write_is_one_sentence() -> None:
    for section in EVERY:
        assert section.says[0].isupper()
        assert section.says.endswith(".")
        assert section.says.count(".") == 1


def test_the_group_may_write_about_sections_areas_focus_areas_and_measures_and_no_milestone() -> None:
    plan = plan_of(a_milestone("1.1.1.1"), a_measure("1.1-KS2"))
    assert subjects(plan) == {"headline", *(s.key for s in SECTIONS), "1", "2", "1.1", "2.1", "1.1-ks2"}
    assert "looking ahead" in subjects(plan)
