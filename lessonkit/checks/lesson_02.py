"""The checks of lesson 02: the two exercises take the same arguments and promise the same things about them."""

from lessonkit.checks import two_sizes
from lessonkit.engine.check import check
from lessonkit.engine.host import StudentError

BOTH = ("mse_loss", "rms_error")


def results(code, x, y, given):
    """What the exercise under test returns for x and y, each part with a name."""
    result = code.under_test(x, y)
    if code.exercise == "rms_error":
        yield f"error for {given}", result
        return
    loss, dx = result
    yield f"loss for {given}", loss
    yield f"dx for {given}", dx


def raised_by(function, *arguments):
    """The type of the exception that `function` raises, or words where it raises none.

    A function that never returns what it should refuses nothing: call it with good arguments first.
    """
    try:
        function(*arguments)
    except StudentError as error:
        if error.kind in ("empty", "missing"):  # not an exception from Python
            raise
        return "nothing: it returns without an answer" if error.kind == "returns" else error.kind
    return "nothing"


@check("mse_loss", points=1)
def gives_the_right_loss(code, rng):
    N, M = two_sizes(rng, 3, 6)
    loss, _ = code.mse_loss(*rng.normal(size=(2, N)))
    yield "loss for N predictions of one number", loss
    loss, _ = code.mse_loss(*rng.normal(size=(2, N, M)))
    yield "loss for N predictions of M numbers each", loss


@check("mse_loss", points=1)
def gives_the_right_gradient(code, rng):
    N, M = two_sizes(rng, 3, 6)
    _, dx = code.mse_loss(*rng.normal(size=(2, N, M)))
    yield "dx", dx


@check("rms_error", points=1)
def gives_the_right_error(code, rng):
    N, M = two_sizes(rng, 3, 6)
    yield "error for N predictions of one number", code.rms_error(*rng.normal(size=(2, N)))
    yield "error for N predictions of M numbers each", code.rms_error(*rng.normal(size=(2, N, M)))


@check(*BOTH, points=1, of_property=True)
def takes_one_output_in_either_shape(code, rng):
    N = int(rng.integers(3, 6))
    for x_shape, y_shape in [((N, 1), (N,)), ((N,), (N, 1))]:
        x, y = rng.normal(size=x_shape), rng.normal(size=y_shape)
        yield from results(code, x, y, f"x of shape {x_shape} and y of shape {y_shape}")


@check(*BOTH, points=1, of_property=True)
def works_for_integers_and_for_one_example(code, rng):
    shape = two_sizes(rng, 3, 6)
    x, y = rng.uniform(-3, 3, shape), rng.integers(-3, 4, shape)
    yield from results(code, x, y, "floating x and integer y")
    yield from results(code, y, x, "integer x and floating y")
    yield from results(code, y, y[::-1] + 1, "integer x and y")
    yield from results(code, x[:1], x[:1] + rng.uniform(0.5, 1.5), "one example")
    yield from results(code, x[:1, :1], y[:1, :1], "a single number")
    yield from results(code, x, x, "x equal to y")


@check(*BOTH, points=1, of_property=True)
def refuses_shapes_that_do_not_match(code, rng):
    N, M = two_sizes(rng, 3, 6)
    code.under_test(*rng.normal(size=(2, N, M)))  # a function that refuses everything does not pass
    for x_shape, y_shape in [((N, M), (M,)), ((N, M), (N, 1)), ((N, M), (M, N))]:
        raised = raised_by(code.under_test, rng.normal(size=x_shape), rng.normal(size=y_shape))
        yield f"what it raises for x of shape {x_shape} and y of shape {y_shape}", raised


@check(*BOTH, points=1, of_property=True)
def leaves_x_and_y_as_they_were(code, rng):
    code.under_test(*rng.normal(size=(2, *two_sizes(rng, 3, 6))))
    yield "x after the call", code.after[0]
    yield "y after the call", code.after[1]
    for x_shape, y_shape in [((4, 1), (4,)), ((4,), (4, 1))]:
        code.under_test(rng.normal(size=x_shape), rng.normal(size=y_shape))
        yield f"x of shape {x_shape} after the call", code.after[0]
        yield f"y of shape {y_shape} after the call", code.after[1]
