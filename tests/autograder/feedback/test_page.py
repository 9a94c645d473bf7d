"""The feedback page for what the lessons do not have: manually graded answers, an instructor's own assignment, odd notebooks."""

import nbformat
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder.feedback import page

GRADING = {"score": 3, "max_score": 8, "late_penalty": 0}


def marks(grade_id, **more):
    return {"nbgrader": {"grade_id": grade_id, "schema_version": 3, "grade": False, "solution": False, **more}}


def read(cells, assignment="essay", **grading):
    html = page(new_notebook(cells=cells), {**GRADING, "assignment": assignment, "notebook": assignment, **grading})
    return BeautifulSoup(html, "html.parser")


def written(score, waits, comment=None):
    graded = {"grade": True, "solution": True, "score": score, "points": 4, "waits": waits, "comment": comment}
    return new_markdown_cell("My *answer*.", metadata=marks("why_zeros_fail", **graded))


def test_an_answer_that_a_person_grades():
    html = read([written(0, True)])
    assert "has not graded this yet" in html.header.get_text()
    assert "not graded yet" in html.find(id="answer-why_zeros_fail").get_text()
    html = read([written(3, False, "Nearly: **think** of the twins.")])
    assert html.header.select_one('table a[href="#answer-why_zeros_fail"]').get_text() == "why zeros fail"
    answer = html.find(id="answer-why_zeros_fail")
    assert "3 of 4 points" in answer.get_text() and answer.find("aside").get_text(" ", strip=True).startswith(
        "Comment:"
    )


def test_an_assignment_of_the_instructors_own_shows_no_test():
    test = new_code_cell(
        "assert square(3) == 9  # hidden", metadata=marks("test_square", grade=True, score=0, points=4, waits=False)
    )
    test.outputs = [
        new_output("error", ename="AssertionError", evalue="", traceback=["assert square(3) == 9", "AssertionError"])
    ]
    html = read([new_code_cell("def square(x): return x", metadata=marks("square", solution=True)), test])
    assert "square(3)" not in str(html) and "AssertionError" in html.find(id="exercise-test_square").get_text()
    assert html.title.get_text() == "essay: feedback"


def test_a_heading_that_the_student_deleted_is_named_and_not_linked():
    from dataclasses import asdict

    from lessonkit.engine.diagnose import Outcome, Result
    from lessonkit.notebook import RESULT

    result = Result(
        "relu_forward", (Outcome("gives_the_right_values", "gives the right values", 2, False, "sign", "No."),)
    )
    check = new_code_cell("", metadata=marks("check_relu_forward", grade=True, score=0, points=2, waits=False))
    check.outputs = [new_output("execute_result", {"text/plain": "0.0", RESULT: asdict(result)})]
    report = read([check], "01_activations").find(id="exercise-relu_forward")
    assert "“The formulas” in the lesson" in report.get_text() and not report.find(class_="read").a
    assert [link["href"] for link in report("a")] == ["#summary"]  # the cell of the exercise is missing as well


def test_notes_about_a_submission_are_words_alone():
    note = nbformat.from_dict(
        {
            "cell_type": "markdown",
            "id": "about",
            "metadata": {},
            "source": "- <h1>30</h1>\n- # 30 **of** ![30](data:image/png;base64,A)",
        }
    )
    html = read([note, new_raw_cell("<b>raw</b>")], "01_activations")
    assert {tag.name for tag in html.find(class_="notes").find_all(True)} <= {"ul", "li", "strong"}
    assert html.find("pre").get_text() == "<b>raw</b>"
    assert read([note]).find(class_="notes") is None  # a cell of the student's: only lessons have notes


def test_lone_surrogates_are_no_trouble():
    html = read([new_markdown_cell("a \ud800 b"), new_code_cell("x = '\ud800'")])
    assert "a ? b" in html.get_text()


def test_a_page_that_grows_too_large_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr("autograder.feedback.budget.BYTES", 5_000)
    cells = [new_code_cell(f"x = {i}  # {'a' * 300}") for i in range(40)]
    cells[0].outputs = [new_output("stream", text="first")]
    html = read([*cells, written(3, False)])
    words = html.get_text()
    assert words.count("The rest of this notebook is not shown") == 1 and "first" in words
    assert len(str(html.find(class_="notebook"))) < 20_000
    assert "3 of 4 points" in html.find(id="answer-why_zeros_fail").get_text()


def test_a_page_that_takes_too_long_is_cut(monkeypatch):
    monkeypatch.setattr("autograder.feedback.budget.SECONDS", -1)
    words = read([new_code_cell("x = 1"), new_markdown_cell("# Here"), new_code_cell("y = 2")]).get_text()
    assert words.count("The rest of this notebook is not shown") == 1 and "y = 2" not in words
