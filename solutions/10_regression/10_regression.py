# %% [markdown]
# # 10. Regression: learn a landscape
#
# You have built every part: layers, backward pass, update rules, batches, the training loop. Now you put them to work on something
# real: a piece of the Appalachian Mountains in Tennessee, measured point by point.
#
# Two numbers go in, longitude and latitude. One number comes out: the elevation of the land in meters. You will first predict it with a constant,
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
# There are 8,686 points: 86 rows from north to south with 101 points each. Could you tell the elevation of a point if you had seen only some of the others?
#
# `terrain()` splits them as in lesson 08: 6,686 for training, 1,000 for validation, 1,000 for testing. It returns the same split twice: `raw` in
# degrees and meters, and `data` normalized, as a network needs it.

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
# | $\mu_y$, $\sigma_y$ | mean and standard deviation of the training elevations, in meters | numbers |
#
# ## How good is good?
#
# An error of 90 m means nothing by itself. So start with **baselines**: what simple predictors can do without a network. A network that does not beat
# them has learned nothing.
#
# The RMS error of lesson 02 tells you how wrong a predictor is, in meters:
#
# $$\text{RMS error} = \sqrt{\frac{1}{N}\sum_{i=1}^{N} (\text{prediction}_i - y_i)^2}$$

# %% [markdown]
# **Exercise 1 of 5: a constant** · easy · 5 min
#
# The simplest predictor gives the same answer everywhere. Which number $c$ makes the RMS error on the training set smallest? Take the
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
# - **"You return one number"**: the caller asks about `len(X)` places and needs one answer for each, even if all answers are equal.
# - **"minimizes the absolute error"**: the median and the mean are both sensible choices. The median minimizes the absolute error; here you minimize the squared error.
#
# </details>

# %% [markdown]
# **Exercise 2 of 5: a plane** · medium · 12 min
#
# The next step up is a function with the same slope everywhere:
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
# - **"Shift both by the same amount"**: centering is a fine idea, but the same place must get the same answer, whichever array it is in.
# - **"too many values to unpack"**: NumPy's solver returns more than the solution. Which of its results do you need?
# - **NumPy cannot multiply your shapes**: one row of $A$ has $D + 1$ entries, and so has $v$. The matrix for `X` needs a column of ones too.
#
# </details>

# %%
known = raw["X_train"], raw["y_train"]
baselines = {"a constant": constant_baseline(*known, grid), "a plane": linear_baseline(*known, grid)}
plots.side_by_side(grid, height, baselines)

# %% [markdown]
# The titles give the errors over all 8,686 points. The cells above measured 1,000 of them, the validation set, so their numbers differ a little.
#
# The plane has noticed that the land falls toward the east, which improves the error over all points by 17 m. But a plane cannot bend. It is time for
# something that can.
#
# ## From scores to meters
#
# You train a network on normalized numbers, so it takes normalized numbers and returns normalized numbers, too. To ask it about a place,
# **normalize the place as you normalized the training examples**. Its score says how many standard deviations the land lies above the average:
#
# $$\text{meters} = \text{score} \cdot \sigma_y + \mu_y$$
#
# By hand: suppose $\mu_y = 500$ m and $\sigma_y = 150$ m, and the score is $-0.5$. Then the land is half a standard deviation below the average:
# $-0.5 \cdot 150 + 500 = 425$ m.
#
# Which statistics do you use? Always those of the training set. If you normalized a single place by its own mean, every place on Earth would become $(0, 0)$.

# %% [markdown]
# **Exercise 3 of 5: answers in meters** · medium · 10 min
#
# `model.loss(X)` without targets gives scores of shape $(N, 1)$. You have `normalize(X_train, *others)` from lesson 08.

# %% exercise="predict"

# %%
net = FullyConnectedNet("regression", [4], [False], input_dim=2, output_dim=1)
net.params = {name: np.zeros_like(w) for name, w in net.params.items()}
print(predict(net, *known, grid[:3]).round())  # all scores are 0: which elevation is that?

# %% check="predict"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"by its own mean and standard deviation"**: `normalize(X)` uses the statistics of `X` itself. Which array must come first in the call, so that `normalize` uses its statistics?
# - **"in the opposite order"**: if you put on socks and then shoes, you take off the shoes first and then the socks.
# - **"shape (N, 1)"**: one column of a matrix is an array of shape $(N,)$.
# - **"not enough values to unpack", "too many values to unpack"**: `normalize` returns a tuple with one array for each array that you pass in.
#
# </details>

# %% [markdown]
# ## Your design
#
# Now you decide. No choice in the next exercise is right or wrong, but some reach the target and some do not.
#
# | choice | what you know about it | where to start |
# |---|---|---|
# | hidden layers | more neurons bend the surface in more places, but every step costs more (lesson 05) | two or three of 64 |
# | activation | tanh draws smooth hills, ReLU draws folds (lesson 01) | either |
# | initializer | `"xavier"` suits tanh, `"he"` suits ReLU (lesson 04) | the one that suits your activation |
# | update rule | Adam needs the least tuning (lesson 07) | Adam |
# | learning rate | too small: slow. Too large: the loss jumps, or becomes NaN (lesson 07) | between 0.001 and 0.01 |
# | `lr_decay` | large steps first, small ones at the end (lesson 09) | 0.95 to 1 |
# | epochs | one takes about 67 steps of 100 examples (lesson 09) | 20 to 60 |
#
# **The target is an RMS error below 90 m** on places that lie *between* the data points. A few seconds of training are enough for that; the course's own
# design reaches about 70 m. Aim a few meters below 90: when your work is graded, your network is trained again, and another processor may round a little
# differently.

# %% [markdown]
# **Exercise 4 of 5: network and solver** · medium · 15 min
#
# Make the network and the solver that will train it, and return the solver. `normalization` has one entry for each hidden layer, all `False` (batch
# normalization is lesson 12). Take the number of inputs from the data: further down, the same design will get examples with eight features.

# %% exercise="make_solver"

# %%
solver = make_solver(data, np.random.default_rng(10))
print(solver.model.dims, solver.num_epochs, "epochs of", solver.iterations_per_epoch, "steps")

# %% check="make_solver"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"normalization needs one bool per hidden layer"**: two hidden layers need two `False`.
# - **"nobody can repeat your result"**: the network draws its weights at random, and the solver its batches. Pass `rng` to both.
# - **"the loss is nan"** or **"inf"**: the learning rate is too large for this update rule. Divide it by ten.
# - **"unexpected keyword argument 'learning_rate'"**: the learning rate belongs to the update rule, so put it into the dict `optim_config` (lesson 09).
# - **"Your FullyConnectedNet has no model"**: you returned the network. Return the solver; it holds the network as `solver.model`.
#
# </details>

# %% [markdown]
# ## Watch it learn
#
# The first call of `trained_solver()` trains your design, and a map in your notebook shows what the network has learned so far. Later calls return the
# stored result. Change your design, run its cell and then this one, as often as you like.

# %% tags=["nbval-ignore-output"]
@functools.cache
def trained_solver():
    """Return the solver of `make_solver`, trained on the terrain; only the first call trains it."""
    raw, data = terrain()
    grid, _ = load_terrain()
    solver = make_solver(data, np.random.default_rng(10))
    plots.watch_the_land(solver, predict, raw, grid)
    return solver


solver = trained_solver()

# %% [markdown]
# **Exercise 5 of 5: the land according to your network** · medium · 15 min, with training
#
# Predict the elevation of any places: longitude and latitude come in as degrees, meters go out. You have all that you need: `terrain()`, `trained_solver()`, whose `model`
# is your trained network, and your own `predict`.
#
# The check asks about some 2,900 places between the data points. Your network has not seen any of them.
#
# Your answers must come from your trained network. Looking answers up in the data, or interpolating between its points, is a different method. The check refuses a lookup table,
# and the grader tells your instructor if your answers are much closer at the data points than between them.

# %% exercise="elevation"

# %% tags=["nbval-ignore-output"]
print(f"validation set: off by {rms_error(elevation(raw['X_val']), raw['y_val']):.1f} m")

# %% check="elevation"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"not below 90 m yet"**: read the curves. If they are still falling at the end, use more epochs or a larger learning rate. If they jump up and down, use a smaller one, or `lr_decay`
#   below 1. If they are flat and too high, use more neurons or another layer.
# - **"better than any plane" fails**: the cause is almost always a scale. Are the answers in meters? Are the inputs normalized? Print a few answers next to `raw["y_val"]`.
# - **"depends on the other places in X"**: somewhere your code uses the statistics of `X` instead of those of the training set.
#
# </details>

# %%
plots.side_by_side(grid, height, {**baselines, "your network": elevation(grid)})

# %%
plots.loss_and_errors(trained_solver())

# %% [markdown]
# ### Turn the knobs while it learns
#
# Train your design once more, with another learning rate or another batch size. Press *Train*, and watch; the button then pauses the training and resumes it. Which
# learning rate is too large, and how can you tell? What does a batch size of 10 do to the first epoch, and what does 1000 do?

# %% tags=["nbval-ignore-output"]
explorers.learn_the_land(make_solver, predict, data, raw, grid)

# %% [markdown]
# Look back at the two errors of your own training: the curves stay together. It is hard to memorize 6,686 examples. Take most of them away, and that
# changes.
#
# ## What overfitting looks like
#
# Now train the same design on only 60 points, with enough time to memorize them. The solver usually ends with the parameters of the best epoch.
# This time, it keeps those of the last epoch.

# %%
few = {**data, "X_train": data["X_train"][:60], "y_train": data["y_train"][:60]}
solver = make_solver(few, np.random.default_rng(10))
solver.num_epochs, solver.lr_decay = 400, 1.0
solver.restore_best = lambda: None  # this time, keep the last parameters
solver.train()
seen = {"after the last epoch": predict(solver.model, *known, grid)}
del solver.restore_best
solver.restore_best()
seen["after the best epoch"] = predict(solver.model, *known, grid)
plots.overfitting(solver, grid, raw["X_train"][:60], seen)

# %% [markdown]
# On its 60 points the network gets better and better. On the rest of the land it gets worse: it bends its hills to fit every dot, and makes up what lies between.
#
# That is **overfitting**, and it is why you need a validation set: the solid curve alone looks like success. Keeping the parameters of the best
# epoch, as your solver does, is called **early stopping**. More data usually helps most; a smaller network, or L2 regularization (`reg`), helps too.

# %% [markdown]
# ## The same code on other data: California housing
#
# This data set describes 20,640 neighborhoods in California in 1990. Each has eight features, such as income, age of the houses and location; the target is the median
# price of a house, in units of 100,000 dollars. The next cell downloads the data once (less than 1 MB) and keeps it. Without an internet connection it says so in one
# line; you can still complete this lesson.

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
# You did not write a single line of your design for houses. A good design is off by 50,000 to 60,000 dollars, while a constant is off by 115,000.

# %% [markdown]
# ## Your own network
#
# So far `FullyConnectedNet` and `Solver` came from the course. You have written them yourself, in lessons 01 to 09. If those notebooks are next to this one, the
# next cell finds them, checks every part once more, and puts together a network and a solver **made of your own code**: your network calls your layers, and your solver calls
# your update rules. When you run it, it shows a table of all parts. Where one of yours does not pass yet, the course's part stays in use, and the table says why.

# %% tags=["nbval-ignore-output"]
mine = own.assemble()
mine

# %% [markdown]
# From here on, the two names refer to your own classes. Train the same design with the same random numbers, and watch the map:

# %% tags=["nbval-ignore-output"]
FullyConnectedNet, Solver = mine.FullyConnectedNet, mine.Solver
solver = make_solver(data, np.random.default_rng(10))
plots.watch_the_land(solver, predict, raw, grid)
print(f"the course's parts: {trained_solver().check_accuracy(data['X_test'], data['y_test']):.1f} m on the test set")
print(f"your own parts:     {solver.check_accuracy(data['X_test'], data['y_test']):.1f} m")

# %% [markdown]
# If all parts are yours, you make this map with nothing but NumPy: mountains from your own chain rule.
#
# The two errors should be close, but they need not agree to the last digit: your code may draw the batches or the first weights in another order.

# %% [markdown]
# ## Questions to think about
#
# 1. Over all points, the constant is off by about 162 m, and the standard deviation of all elevations is 162 m. Why are these the same number?
#
# <details><summary>Answer</summary>
#
# The best constant is the mean, and the standard deviation is the RMS distance from the mean. So a network that has learned nothing has an RMS error of 1 on normalized
# targets. An error below 1 shows that it has learned something.
#
# </details>
#
# 2. Your network's map looks softer than the land. What would it take to see the small side valleys?
#
# <details><summary>Answer</summary>
#
# It would take more bends: more neurons and more steps. Networks learn the broad shapes first and the fine detail late, because each neuron bends the whole map along one
# line. It helps a lot to feed in sines and cosines of the position, in addition to the position itself. Try it: it takes one line before `normalize`.
#
# </details>
#
# 3. You tried many designs and took the one with the smallest validation error. Is that error still an honest estimate for new places?
#
# <details><summary>Answer</summary>
#
# Not quite: you picked the winner by it, and part of winning is luck. That is why you keep a test set, and why you look at it only once, at the end.
#
# </details>
#
# 4. What does your network say about Paris (longitude 2.35, latitude 48.86)? What should you think of a network's answers far from its training data?
#
# ## What comes next
#
# **11. Softmax**: not *how high*, but *which one*. Your network learns to read handwritten digits.
