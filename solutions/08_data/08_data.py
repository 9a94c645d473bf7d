# %% [markdown]
# # 08. Data: split, normalize, batch, augment
#
# A network is only as good as the data that it learns from, and its results are only as honest as the data that it is tested on.
# A few small functions stand between a file of measurements and the first training step. They are easy to write and easy to get
# wrong, and when they are wrong nothing crashes: the results are wrong, and often they look better than they should.
#
# You will build five of them: they turn images into rows, split the data fairly, normalize without leaks, deal out batches, and make
# new examples out of old ones. Lesson 09 trains with them.

# %% tags=["setup"]
import numpy as np

from lessonkit import check
from lessonkit.explorers import lesson_08 as explorers
from lessonkit.plots import lesson_08 as plots
from reference_impl import pairwise_differences, rms_error
from reference_impl.data import TERRAIN_SHAPE, load_digits, load_terrain

# %% [markdown]
# ## The picture first
#
# You will work with two data sets. The first is a piece of Tennessee. An example is a place, given by its
# longitude and latitude; its target is the elevation of the land there. There are 8,686 examples.

# %%
X, y = load_terrain()
print("X", X.shape, "  y", y.shape)
print("the first example:", X[0].round(3), "->", y[0], "meters")
plots.terrain(X, y, TERRAIN_SHAPE)

# %% [markdown]
# The second is a set of small images: 1,797 handwritten digits of 8 × 8 pixels, each with its **label**, the digit that
# someone meant to write.

# %%
images, labels = load_digits()
print("images", images.shape, "  labels", labels.shape, "  the first five:", labels[:5])

# %% [markdown]
# These words and shapes hold for the whole lesson:
#
# | symbol | what it is | shape |
# |---|---|---|
# | `X` | examples, one after another along the first axis | $(N, \dots)$: $(8686, 2)$ for places, $(1797, 8, 8)$ for images |
# | `y` | their targets or labels: entry $i$ belongs to example $i$ | $(N,)$, sometimes $(N, M)$ |
# | `rng` | a random generator, for example `np.random.default_rng(0)` | |
#
# ### Randomness that can be repeated
#
# Three of the five functions need randomness. All of it comes from the generator `rng` that the caller passes
# in, so anyone who runs the same code with the same seed gets the same numbers. Here are a few of its methods:
#
# | call | returns |
# |---|---|
# | `rng.permutation(n)` | the numbers $0$ to $n - 1$, each exactly once, in random order |
# | `rng.choice(n, k, replace=False)` | $k$ different numbers out of $0$ to $n - 1$ |
# | `rng.random(n)` | $n$ random numbers between 0 and 1 |
# | `rng.integers(0, 2, n)` | $n$ coin flips, 0 or 1 |
#
# You decide how to draw. The checks look only at what all fair draws have in common.
#
# You also need one tool from NumPy: **indexing with an array of positions**. It takes the rows at these positions, in that order, and makes a
# new array. The old array does not change.

# %%
letters = np.array(["a", "b", "c", "d", "e"])
print(letters[np.array([3, 0, 3])])

# %% [markdown]
# **Exercise 1 of 5: flatten_rows** · easy · 6 min
#
# The first layer of a network needs one row of numbers for each example. An image is a table. Lay its rows end to end:
# the first row, then the second row, and so on.
#
# $$(N, d_1, d_2, \dots, d_k) \;\to\; (N,\; d_1 \cdot d_2 \cdots d_k)$$
#
# By hand: an `X` of shape $(2, 2, 3)$ with the images $\begin{pmatrix}1&2&3\\4&5&6\end{pmatrix}$ and
# $\begin{pmatrix}7&8&9\\0&1&2\end{pmatrix}$ becomes the rows $(1,2,3,4,5,6)$ and $(7,8,9,0,1,2)$.

# %% exercise="flatten_rows"

# %%
rows = flatten_rows(images)
print(images.shape, "->", rows.shape)
plots.image_and_row(images[3], rows[3])

# %% check="flatten_rows"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"cannot reshape array of size 0"**: in a call of `reshape`, −1 means "work out this size for me". Without examples, NumPy has
#   to solve the equation $0 \cdot n = 0$, and any $n$ solves it. A data set without examples does occur: a split with no test set
#   makes one.
# - **"mixed up"**: the shape is right but the numbers are not. There is one transpose too many. Print `rows[0]` next to `images[0]`.
# - **"any number of axes"**: an example may be a single number, a row, an image, or a color image. `X.shape[1:]` is the shape of one example,
#   and `np.prod` multiplies all entries of what you pass to it.
#
# </details>

# %% [markdown]
# ## The exam must be new
#
# A network can memorize its training data. Only examples that it has **never seen** show whether it has understood
# anything. So before anything else happens, you split the data into three sets:
#
# - the **training set**, from which the network learns;
# - the **validation set**, on which *you* compare choices: which learning rate, how many layers, when to stop;
# - the **test set**, which you look at once, at the very end. It is the exam.
#
# Why two sets for testing? If you try fifty networks and keep the one that does best on the validation set, you have chosen one that suits
# that set, even if you did not mean to.
#
# Data seldom comes in random order. The places of the terrain are sorted from north to south: if you cut off the last
# thousand as a test set, you get a strip in the south that training never saw.
#
# **Exercise 2 of 5: train_val_test_split** · medium · 15 min
#
# Treat the examples like a deck of cards: shuffle, then cut. Every example goes into exactly one set, and its target goes with it.
# The result is a dict with six arrays.
#
# If the sizes make no sense, refuse them at once; this is worth a point. In Python, `raise ValueError("what is wrong")` stops the
# function with a message for the caller.

# %% exercise="train_val_test_split"

# %%
data = train_val_test_split(X, y, num_validation=1000, num_test=1000, rng=np.random.default_rng(0))
print({name: array.shape for name, array in data.items()})
plots.two_ways_to_split(data, X, TERRAIN_SHAPE, num_validation=1000, num_test=1000)

# %% check="train_val_test_split"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"shuffled in two different orders"**: `rng` gives a different order each time you ask. Ask once, keep the answer, and use it for both `X` and `y`.
# - **"A size of zero goes wrong"**: try `letters[-2:]`, `letters[-1:]`, `letters[-0:]`. The last one may surprise you.
# - **"leaves nothing for training"**: before you cut, count what is left. At least one example must be left to train on.
# - **"changes X and y"**: then the terrain in this notebook is shuffled, too. Fix your function, and run the notebook again from the top.
# - **A key is missing**: the docstring lists the six names. Write them exactly as they are there.
#
# </details>

# %% [markdown]
# ### What a leak looks like
#
# Here is the laziest learner of all. It memorizes all training examples, and for a new place it answers with the elevation of
# the nearest place that it knows. It takes the exam twice: with your split, and with a training set that still
# contains the test examples.

# %%
def answer_by_heart(X_known, y_known, X_new):
    distances = np.sum(pairwise_differences(X_new, X_known) ** 2, axis=2)
    return y_known[np.argmin(distances, axis=1)]


data = train_val_test_split(X, y, num_validation=1000, num_test=1000, rng=np.random.default_rng(0))
X_exam, y_exam = data["X_test"][:200], data["y_test"][:200]
fair = rms_error(answer_by_heart(data["X_train"], data["y_train"], X_exam), y_exam)
leaky = rms_error(answer_by_heart(X, y, X_exam), y_exam)
print(f"fair exam:  off by {fair:.1f} m")
print(f"leaky exam: off by {leaky:.1f} m")

# %% [markdown]
# No error at all! The second number is not a bug. It simply measures something else: memory. Whenever a result looks
# too good, ask how the test set could have found its way into training.

# %% [markdown]
# ## One scale for all
#
# Longitude here runs from −84.41 to −84.08, elevation from 247 to 1067. If both were features, a first layer would multiply them by
# weights of similar size: elevation would drown out longitude, and no single learning rate would suit both. So each feature is
# **normalized**: shifted and scaled to mean 0 and standard deviation 1.
#
# $$\mu_j = \frac{1}{N} \sum_{i=1}^{N} x_{ij} \qquad
# \sigma_j = \sqrt{\frac{1}{N} \sum_{i=1}^{N} (x_{ij} - \mu_j)^2} \qquad
# z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j}$$
#
# | symbol | what it is | shape |
# |---|---|---|
# | $x$ | training examples, in their own units | $(N, D)$ |
# | $\mu$, $\sigma$ | mean and standard deviation of each feature, **of the training set** | $(D,)$ |
# | $z$ | normalized examples | $(N, D)$ |
#
# In lesson 00 you standardized one array. Now there are other sets, too. They get the same shift and the same scale as the training
# set, because you cannot know the mean of examples that nobody has measured yet.
#
# ### By hand
#
# Take three training elevations: 200, 400 and 600 meters. $\mu = 400$, and $\sigma = \sqrt{(200^2 + 0 + 200^2) / 3} \approx 163.3$.
#
# - The training set becomes $-1.22,\ 0,\ 1.22$.
# - A test place at 600 meters becomes $(600 - 400) / 163.3 = 1.22$: the same elevation, the same number.
# - If you normalized that one place by its own mean, it would be $0$, and the network would take it for a place at 400 meters.

# %% [markdown]
# **Exercise 3 of 5: normalize** · medium · 15 min
#
# In `normalize(X_train, *others)`, the star collects all further arguments in a tuple called `others`, however many there are. Return a
# tuple with as many arrays as you received.
#
# A feature may be **constant** over the training set: its standard deviation is 0, and $0/0$ is NaN. Shift such a feature, but do
# not scale it. Examples may also be images; then each pixel is a feature.

# %% exercise="normalize"

# %%
heights, lone_place = normalize(np.array([[200.0], [400.0], [600.0]]), np.array([[600.0]]))
print(heights.ravel().round(2), lone_place.ravel().round(2))  # compare with the numbers worked out by hand

# %%
before = np.column_stack([X, y])  # three features of every place
(after,) = normalize(before)
# Each bar goes from the smallest to the largest value; the diamond is the mean.
plots.scales(before, after, ["longitude", "latitude", "elevation"])

# %% check="normalize"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"all features together"**: `X.mean()` is one number. Along which axis do the examples lie?
# - **"with its own mean and standard deviation"**: this is a small leak. Compute $\mu$ and $\sigma$ once, from the training set, then apply them to every array.
# - **"divided by that tiny number"**: adding 1e-8 to every $\sigma$ is a popular trick against $0/0$. It works only as long as the feature
#   stays constant. Think of a pixel that is dark in all training images and bright in one test image.
# - **"For X_train alone you return an array"**: `normalize(X)` must return a tuple as well, with one array in it. That is why the cell
#   above writes `(after,) = ...`.
#
# </details>

# %% [markdown]
# Constant features are not an invention of the checks. The digits have some:

# %%
train, rest = normalize(images[:1200], images[1200:])
print("pixels that never have any ink:", int((images[:1200].max(axis=0) == 0).sum()), "of 64")
print("the largest number, normalized:", train.max().round(1), "in the first 1,200 images,", rest.max().round(1), "in the others")

# %% [markdown]
# Look at the second line, too: its numbers are in standard deviations. One pixel at the edge has ink in only one of the 1,200 images; scaled to standard deviation 1, that one speck
# becomes huge. For images, people often subtract the mean image and divide *all* pixels by the same number. Normalizing is a tool,
# not a law.

# %% [markdown]
# ## A few at a time
#
# A sample of the examples is enough for a gradient that points roughly the right way. So training takes a **batch** of them, makes a step,
# and takes the next batch. When every example has been used once, an **epoch** is over, and the next one begins in a new order.
#
# With $N$ examples and batches of $B$, an epoch has $\lceil N / B \rceil$ batches (rounded up). By hand: 7 examples in batches of 3 make
# batches of 3, 3 and **1**. The seventh example counts as much as any other.

# %% [markdown]
# **Exercise 4 of 5: minibatches** · medium · 15 min
#
# This function hands out its batches one by one, with `yield`. A function with a `yield` in it is a *generator* (not to be confused
# with the random generator `rng`): each `yield` gives the caller one item and then waits until the caller asks for the next one.

# %%
def countdown(n):
    while n > 0:
        yield n
        n = n - 1


for number in countdown(3):
    print(number)

# %% [markdown]
# Your function yields pairs, `X_batch, y_batch`. (The check also accepts a plain list of such pairs.)

# %% exercise="minibatches"

# %%
for X_batch, y_batch in minibatches(np.arange(7) * 10, np.arange(7), batch_size=3, rng=np.random.default_rng(0)):
    print(X_batch, y_batch)  # each number on the left is ten times the one on the right

# %% check="minibatches"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"Every batch is a new draw"**: many training loops do this, and it is not wrong in itself. But then an epoch leaves out about a third of the
#   examples. Here, use every example exactly once: shuffle first, then cut.
# - **"An empty batch comes at the end"**: try 6 examples in batches of 3. `range(start, stop, step)` stops in time by itself.
# - **"The last, smaller batch is missing"**: a slice that reaches beyond the end of an array is not an error; it just holds what is there.
# - **"Only one batch comes back"**: `return` ends the function, even in the middle of a loop.
# - **Your function seems to do nothing when you call it**: the body of a generator runs only when somebody asks for the first
#   batch, as a `for` loop does.
#
# </details>

# %% [markdown]
# Each row of the table is one epoch of your `minibatches`. Every batch number should appear six times, except the last one,
# which should appear twice.

# %%
plots.epochs(minibatches)

# %% [markdown]
# ### How well does a batch represent all examples?
#
# The mean elevation of a batch estimates the mean elevation of all 8,686 places. In the same way, the gradient of a batch estimates the gradient of all examples. Choose a
# batch size, and watch how far the batches scatter and how many steps an epoch has. What do you gain from a batch four times as large?

# %% tags=["nbval-ignore-output"]
explorers.batch_means(minibatches, X, y)

# %% [markdown]
# ## More examples out of old ones
#
# Photographs of cats are expensive; mirror images of them are free. A mirrored cat is still a cat. So a network that sees each
# image mirrored half of the time learns from twice as many cats, and cannot learn that cats always face left. This is called **augmentation**.
#
# It is honest only if the **label stays true**. A mirrored 3 is no longer a 3, and a network should not learn to read it as one.

# %% [markdown]
# **Exercise 5 of 5: augment_flip** · medium · 12 min
#
# `X` has shape $(N, H, W)$: $N$ images of $H$ rows and $W$ columns. Flip a separate coin for each image. Heads: reverse the order of its columns.
# Tails: leave it as it is.
#
# $$\begin{pmatrix}1&2&3\\4&5&6\end{pmatrix} \;\to\; \begin{pmatrix}3&2&1\\6&5&4\end{pmatrix}$$
#
# In NumPy, `a[::-1]` is `a` with its first axis in reverse order. In `a[:, ::-1]`, the second axis is reversed.

# %% exercise="augment_flip"

# %%
flipped, same_labels = augment_flip(images[:10], labels[:10], np.random.default_rng(1))
names = [str(label) for label in same_labels]
plots.mirrored(images[:10], flipped, names, "digits, before and after your flip", cmap="Greys")

# %% check="augment_flip"

# %% [markdown]
# <details>
# <summary>Help: my check says …</summary>
#
# - **"turned upside down"**: axis 0 counts the images, axis 1 the rows of an image, axis 2 its columns.
# - **"One coin decides for all"**: `rng.random()` is one number. You need one for each image.
# - **"changes the caller's images"**: the next epoch starts from the originals again. Start from a copy.
# - **An error about shapes that could not be broadcast**: $N$ coins against images of shape $(N, H, W)$ need two more axes: `coins[:, np.newaxis, np.newaxis]`
#   has the shape $(N, 1, 1)$. Or use the coins to pick the images to flip.
#
# </details>

# %% [markdown]
# The function does what it should, but the picture shows that flipping digits is a bad idea: which of these labels are still true? Now try it on land: patches of 8 × 8 points of
# the terrain, with the label *steep* or *flat*. (The colors show elevation relative to the mean of each patch.)

# %%
heights = y.reshape(TERRAIN_SHAPE)
patches = np.array([heights[r : r + 8, c : c + 8] for r in range(0, 80, 8) for c in range(0, 96, 8)])
patches = patches - patches.mean(axis=(1, 2), keepdims=True)
steep = patches.std(axis=(1, 2)) > 80  # meters
chosen = np.random.default_rng(4).permutation(len(patches))[:10]
new_patches, new_steep = augment_flip(patches[chosen], steep[chosen], np.random.default_rng(5))
names = ["steep" if label else "flat" for label in new_steep]
plots.mirrored(patches[chosen], new_patches, names, "patches of land, before and after your flip")

# %% [markdown]
# A mirrored hillside is as steep as before. Here the flip is honest, and it gives a network twice as much land to learn from.
#
# ## Questions to think about
#
# 1. For which of the ten digits is the mirrored image still the same digit, more or less?
#
# <details><summary>Answer</summary>
#
# 0 and 8, and a 1 written as a plain stroke. All others become shapes that nobody writes, or look like something else: a mirrored 2 looks like an S or a 5.
#
# </details>
#
# 2. The label of a patch of land says *the slope faces east*. May you mirror it?
#
# <details><summary>Answer</summary>
#
# Not with the same label: the mirrored slope faces west. You may mirror the patch if you also change the label. Augmentation is a statement about the labels, not about the images.
#
# </details>
#
# 3. Why is the training set augmented, and not the test set?
#
# <details><summary>Answer</summary>
#
# The test asks how well the network does on images as they really are. It should also ask every network the same questions: with random flips, the exam would be
# different each time.
#
# </details>
#
# 4. Suppose you normalize first and split afterwards. What is wrong with that? Is it a large error with 8,686 examples? With 50?
#
# <details><summary>Answer</summary>
#
# The mean and the standard deviation then contain information about the test examples. With thousands of examples they hardly change; with 50 they do. The habit of splitting first is always worth keeping:
# other steps leak much more if they come before the split, for example, choosing the features that correlate best with the target.
#
# </details>
#
# 5. You have ten measurements of each of 100 patients: 1,000 examples. Is a random split of the 1,000 fair if the network will be used on *new* patients?
#
# <details><summary>Answer</summary>
#
# No. Nearly every patient would be in all three sets, and the network could recognize people instead of illnesses. Split the patients, not the measurements.
# Look at the map of your split again, with this in mind: each test place has training places right beside it.
#
# </details>
#
# ## What comes next
#
# **09. The solver**: you have a network, its gradients, update rules, and now batches of clean data. Now you build the loop that ties them together.
