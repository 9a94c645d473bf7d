# %% [markdown]
# # 10. Regression: learn a landscape
#
# You have built every part: layers, backward pass, update rules, batches, the training loop. Now they go to work on something real:
# a piece of the Appalachian mountains in Tennessee, measured point by point.
#
# Two numbers go in, longitude and latitude. One comes out: how many metres the land lies above the sea. You will first answer with a constant,
# then with a plane, and then watch **a network that you designed** discover valleys and ridges.

# %% tags=["setup"]
import functools

import numpy as np

from lessonkit import check, own
from lessonkit.explorers import lesson_10 as explorers
from lessonkit.plots import lesson_10 as plots
from reference_impl import FullyConnectedNet, Solver, normalize, rms_error
from reference_impl.data import get_california_housing_data, load_terrain
from reference_impl.regression import terrain

# %% [markdown]
# ## The land

# %%
grid, height = load_terrain()
plots.the_land(grid, height)

# %% [markdown]
# 8,686 points, 86 rows from north to south with 101 points each. Could you tell the height of a point if you had seen only some of the others?
#
# `terrain()` deals them out as in lesson 08: 6,686 for training, 1,000 for validation, 1,000 for testing. It gives the same split twice: `raw` in
# degrees and metres, `data` normalized, as a network likes it.

# %%
raw, data = terrain()
for kind, given in {"in its own unit": raw, "normalized": data}.items():
    print(kind)
    columns = {"longitude": given["X_train"][:, 0], "latitude": given["X_train"][:, 1], "elevation": given["y_train"]}
    for name, column in columns.items():
        print(f"  {name:9}  {column.min():7.2f} to {column.max():7.2f}, standard deviation {column.std():6.2f}")

# %% [markdown]
# | symbol | what it is | shape |
# |---|---|---|
# | `X_train`, `X_val` | longitude and latitude | $(N, 2)$ |
# | `y_train`, `y_val` | elevation | $(N,)$ |
# | $\mu_y$, $\sigma_y$ | mean and standard deviation of the training elevations, in metres | numbers |
#
# ## How good is good?
#
# An error of 90 m means nothing by itself. So start with **baselines**: the best that can be done without any network. What does not beat them has
# learned nothing.
#
# The RMS error of lesson 02 tells how wrong a predictor is, in metres:
#
# $$\text{RMS error} = \sqrt{\frac{1}{N}\sum_{i=1}^{N} (\text{prediction}_i - y_i)^2}$$

# %% [markdown]
# **Exercise 1 of 5: a constant** · easy · 5 min
#
# The most modest predictor gives the same answer everywhere. Which number $c$ makes the RMS error on the training set smallest? Take the
# derivative of $\sum_i (c - y_i)^2$ with respect to $c$ and set it to zero: $\sum_i (c - y_i) = 0$. Which $c$ does that?

# %% exercise="constant_baseline"

# %%
prediction = constant_baseline(raw["X_train"], raw["y_train"], raw["X_val"])
print(prediction.shape, "off by", round(rms_error(prediction, raw["y_val"])), "m")

# %% check="constant_baseline"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"You return one number"**: the caller asks about `len(X)` places and wants as many answers, even if all are equal.
# - **"smallest absolute error"**: median and mean are both sensible middles. They win at different games; this one is played with squares.
#
# </details>

# %% [markdown]
# **Exercise 2 of 5: a plane** · medium · 12 min
#
# The next step up is a function that rises and falls evenly:
#
# $$\text{prediction} = v_0 + v_1 \cdot \text{longitude} + v_2 \cdot \text{latitude}$$
#
# The $v$ that make the RMS error smallest are the **least-squares solution** of the equations $A v = y$, one equation for each training
# example. Row $i$ of $A$, of shape $(N, D + 1)$, holds a 1 and the features of example $i$. NumPy solves such equations: look for *least squares*
# in `np.linalg`.

# %% exercise="linear_baseline"

# %%
prediction = linear_baseline(raw["X_train"], raw["y_train"], raw["X_val"])
print(prediction.shape, "off by", round(rms_error(prediction, raw["y_val"])), "m")

# %% check="linear_baseline"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"no constant term"**: without $v_0$ the plane must pass through zero at longitude 0, latitude 0: in the ocean west of Africa.
# - **"must be shifted by the same amount"**: centring is a fine idea, but a place is the same place whichever list it stands in.
# - **"too many values to unpack"**: NumPy's solver returns more than the solution. Which of its results do you need?
# - **NumPy cannot multiply your shapes**: one row of $A$ has $D + 1$ entries, and so has $v$. The matrix for `X` needs its column of ones too.
#
# </details>

# %%
known = raw["X_train"], raw["y_train"]
baselines = {"a constant": constant_baseline(*known, grid), "a plane": linear_baseline(*known, grid)}
plots.side_by_side(grid, height, baselines)

# %% [markdown]
# The plane has noticed that the land falls to the east, and gains 17 m by it. No plane can bend, though. Time for something that does.
#
# ## From scores to metres
#
# A network is trained on normalized numbers, so it thinks in them. Asked about a place, it needs the place **normalized as its training
# examples were**; and its score says how many standard deviations the land lies above the average:
#
# $$\text{metres} = \text{score} \cdot \sigma_y + \mu_y$$
#
# By hand: suppose $\mu_y = 531$ m and $\sigma_y = 163$ m, and the score is $-0.5$. Then the land is half a standard deviation below the average:
# $-0.5 \cdot 163 + 531 = 449.5$ m.
#
# *Whose* statistics? Always the training set's. Normalize a single place by its own mean, and every place on Earth becomes $(0, 0)$.

# %% [markdown]
# **Exercise 3 of 5: answers in metres** · medium · 10 min
#
# `model.loss(X)` without targets gives scores of shape $(N, 1)$. You have `normalize(X_train, *others)` from lesson 08.

# %% exercise="predict"

# %%
net = FullyConnectedNet("regression", [4], [False], input_dim=2, output_dim=1)
net.params = {name: np.zeros_like(w) for name, w in net.params.items()}
print(predict(net, *known, grid[:3]).round())  # all scores are 0: how high is that?

# %% check="predict"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"by its own mean and standard deviation"**: `normalize(X)` alone looks at `X`. What must come first in the call, so that its statistics are used?
# - **"in the opposite order"**: putting on socks, then shoes, is undone by taking off shoes, then socks.
# - **"shape (N, 1)"**: one column of a matrix is an array of shape $(N,)$.
# - **"not enough values to unpack", "too many values to unpack"**: `normalize` returns a tuple with one array for each that it was given.
#
# </details>

# %% [markdown]
# ## Your design
#
# Now it is all yours. Nothing in the next exercise is right or wrong; some choices reach the target and some do not.
#
# | choice | what you know about it | a start |
# |---|---|---|
# | hidden layers | more units bend in more places; every step costs more (05) | two or three of 64 |
# | activation | tanh draws smooth hills, ReLU draws folds (01) | either |
# | initializer | `"xavier"` suits tanh, `"he"` suits ReLU (04) | the one that suits |
# | update rule | Adam needs the least tuning (07) | Adam |
# | learning rate | too small: slow. Too large: the loss jumps, or becomes NaN (07) | between 0.001 and 0.01 |
# | `lr_decay` | large steps first, small ones at the end (09) | 0.95 to 1 |
# | epochs | one takes about 67 steps of 100 examples (09) | 20 to 60 |
#
# **The target: below 90 m** on places that lie *between* the data points. It takes a few seconds of training; the course's own design reaches about
# 70 m. Aim a few metres lower than 90: when your work is graded, your network is trained afresh, and another processor rounds a little differently.

# %% [markdown]
# **Exercise 4 of 5: network and solver** · medium · 15 min
#
# Make the network and the solver that will train it, and return the solver. `normalization` is all `False` (batch normalization is lesson 12), one entry
# for each hidden layer. Take the number of inputs from the data: further down, the same design will meet examples with eight numbers.

# %% exercise="make_solver"

# %%
solver = make_solver(data, np.random.default_rng(10))
print(solver.model.dims, solver.num_epochs, "epochs of", solver.iterations_per_epoch, "steps")

# %% check="make_solver"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"normalization needs one bool per hidden layer"**: two hidden layers, two times `False`.
# - **"nobody can repeat your result"**: network and solver each draw random numbers, the one its weights, the other its batches. Both take an `rng`.
# - **"The loss is nan"** or **"inf"**: the learning rate is too large for this update rule. Divide it by ten.
# - **"unexpected keyword argument 'learning_rate'"**: the learning rate belongs to the update rule, so it goes into the dict `optim_config` (lesson 09).
# - **"'FullyConnectedNet' object has no attribute …"**: you returned the network. The solver is asked for; it holds the network as `solver.model`.
#
# </details>

# %% [markdown]
# ## Watch it learn
#
# The first call of `trained_solver()` trains your design in the picture below; later calls remember the result. Change your design, run its cell and
# then this one, as often as you like.

# %% tags=["nbval-ignore-output"]
@functools.cache
def trained_solver():
    """The solver of `make_solver` for the terrain, trained: the first call trains it, later ones remember it."""
    raw, data = terrain()
    grid, _ = load_terrain()
    solver = make_solver(data, np.random.default_rng(10))
    plots.watch_the_land(solver, predict, raw, grid)
    return solver


solver = trained_solver()

# %% [markdown]
# **Exercise 5 of 5: the land according to your network** · medium · 15 min, with training
#
# Answer for any places: longitude and latitude in degrees in, metres out. You have all it takes: `terrain()`, `trained_solver()`, whose `model` is your
# trained network, and your own `predict`.
#
# The check asks about some 2,900 places between the data points, so your network has seen none of them.
#
# What is asked for is what your trained network has learnt of the land. Answers that are looked up in the data, or read off between its points, are another method: the check refuses a table,
# and your instructor is told where the answers are much closer at the data points than between them.

# %% exercise="elevation"

# %% tags=["nbval-ignore-output"]
print(f"validation set: off by {rms_error(elevation(raw['X_val']), raw['y_val']):.1f} m")

# %% check="elevation"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"not below 90 m yet"**: read the curves. Still falling at the end: more epochs, or a larger learning rate. Jumping up and down: a smaller one, or `lr_decay`
#   below 1. Flat and too high: more units, or another layer.
# - **"better than any plane" fails**: almost always a scale. Are the answers in metres? Are the inputs normalized? Print a few next to `raw["y_val"]`.
# - **"depends on the other places in X"**: somewhere the statistics of `X` are used, not the training set's.
#
# </details>

# %%
plots.side_by_side(grid, height, {**baselines, "your network": elevation(grid)})

# %%
plots.loss_and_errors(trained_solver())

# %% [markdown]
# ### Turn the knobs while it learns
#
# Your design once more, with another learning rate or another batch size. Press *Train*, and watch; the button then pauses the training, and lets it go on. Which
# learning rate is too large, and how do you see it? What does a batch of 10 do to the first epoch, and what does one of 1000?

# %% tags=["nbval-ignore-output"]
explorers.learn_the_land(make_solver, predict, data, raw, grid)

# %% [markdown]
# Look back at the two errors of your own training: the curves stay together. With 6,686 examples there is nothing to gain from learning them by heart. Take most of them
# away, and that changes.
#
# ## Overfitting, seen
#
# The same design, but only 60 points to learn from, and time enough to learn them by heart. The solver usually ends with the parameters of the best epoch;
# this once it is told to keep those of the last.

# %%
few = {**data, "X_train": data["X_train"][:60], "y_train": data["y_train"][:60]}
solver = make_solver(few, np.random.default_rng(10))
solver.num_epochs, solver.lr_decay = 400, 1.0
solver.restore_best = lambda: None  # this once, go on with the last parameters
solver.train()
seen = {"after the last epoch": predict(solver.model, *known, grid)}
del solver.restore_best
solver.restore_best()
seen["after the best epoch"] = predict(solver.model, *known, grid)
plots.overfitting(solver, grid, raw["X_train"][:60], seen)

# %% [markdown]
# On its 60 points the network gets better and better. On the land it gets worse: it makes its hills fit every dot, and what lies between is invention.
#
# That is **overfitting**, and the reason why a validation set exists: the solid curve alone looks like success. Keeping the parameters of the best
# epoch, as your solver does, is called **early stopping**. More data helps more than anything; a smaller network, or L2 regularization (`reg`), helps too.

# %% [markdown]
# ## The same code on other data: California housing
#
# 20,640 blocks of houses in the California of 1990. Eight numbers about each, such as income, age of the houses and where it lies; the target is the median price, in units of
# 100,000 dollars. The next cell downloads the data once (less than 1 MB) and keeps it. Without an internet connection it says so in one line; you have
# then still done all of this lesson.

# %% tags=["nbval-ignore-output"]
try:
    houses = get_california_housing_data()
except ConnectionError as error:
    houses = None
    print(error)

# %% tags=["nbval-ignore-output"]
if houses is not None:
    solver = make_solver(houses, np.random.default_rng(10))
    solver.num_epochs = 20
    solver.train()
    constant = rms_error(houses["y_test"] * houses["y_std"], np.zeros(len(houses["y_test"])))
    error = solver.check_accuracy(houses["X_test"], houses["y_test"])
    print(f"test set: a constant is off by {100_000 * constant:,.0f} dollars, your network by {100_000 * error:,.0f} dollars (RMS)")
    plots.loss_and_errors(solver, unit="100,000 dollars")

# %% [markdown]
# Not a line of your design was written for houses. A good one is off by 50,000 to 60,000 dollars, where a constant is off by 115,000.

# %% [markdown]
# ## Your own network
#
# So far `FullyConnectedNet` and `Solver` came from the course. You have written them yourself, in lessons 01 to 09. If those notebooks lie beside this one,
# the next cell finds them, checks every part once more, and puts together a network and a solver **made of your own code**: your network calls your layers,
# your solver your update rules. A part that does not pass yet stays the course's, and the table says why.

# %% tags=["nbval-ignore-output"]
mine = own.assemble()
mine

# %% [markdown]
# From here on, the two names stand for yours. The same design, trained with the same random numbers:

# %% tags=["nbval-ignore-output"]
FullyConnectedNet, Solver = mine.FullyConnectedNet, mine.Solver
solver = make_solver(data, np.random.default_rng(10))
plots.watch_the_land(solver, predict, raw, grid)
print(f"the course's parts: {trained_solver().check_accuracy(data['X_test'], data['y_test']):.1f} m on the test set")
print(f"your own parts:     {solver.check_accuracy(data['X_test'], data['y_test']):.1f} m")

# %% [markdown]
# If all parts are yours, nothing but NumPy stands between you and that map. Mountains, from your own chain rule.
#
# The two errors need not be equal to the last digit: you may draw your batches or your first weights in another order. They should be close.

# %% [markdown]
# ## Questions to think about
#
# 1. The constant is off by about 162 m, and the standard deviation of all elevations is 162 m. Why are these the same number?
#
# <details><summary>Answer</summary>
#
# The best constant is the mean, and the RMS distance from the mean is what a standard deviation is. So a network that has learned nothing has an RMS error
# of 1 in normalized targets. What is below 1 has been learned.
#
# </details>
#
# 2. Your network's map looks softer than the land. What would it take to see the small side valleys?
#
# <details><summary>Answer</summary>
#
# More bends: more units and more steps. Networks learn the broad shapes first and fine detail late, because each unit bends the whole map along one line. Feeding
# in sines and cosines of the position, besides the position itself, helps a lot. Try it: it takes one line before `normalize`.
#
# </details>
#
# 3. You tried many designs and took the one with the smallest validation error. Is that error still an honest estimate for new places?
#
# <details><summary>Answer</summary>
#
# Not quite: you picked the winner by it, and part of winning is luck. That is what the test set is kept for, and the reason to look at it once, at the end.
#
# </details>
#
# 4. What does your network say about Paris (longitude 2.35, latitude 48.86)? What should one think of a network's answers far from its training data?
#
# ## What comes next
#
# **11. Softmax**: not *how high*, but *which one*. Your network learns to read handwritten digits.
