"""The small examples of lesson 08."""

import numpy as np

from lessonkit.engine.check import example


@example("normalize")
def one_feature_of_two_examples(code, rng):
    yield "normalized", code.normalize(np.array([[1.0], [5.0]]))


@example("normalize")
def one_feature_and_a_validation_set(code, rng):
    arrays = np.array([[1.0], [5.0]]), np.array([[9.0], [7.0]])
    yield "normalized", code.normalize(*arrays)


@example("normalize")
def three_features_of_two_examples(code, rng):
    yield "normalized", code.normalize(np.array([[1.0, 2.0, 9.0], [3.0, 8.0, 1.0]]), np.array([[4.0, 2.0, 1.0]]))


@example("normalize")
def a_constant_feature(code, rng):
    yield "normalized", code.normalize(np.array([[1.0, 3.0], [5.0, 3.0]]), np.array([[7.0, 5.0]]))


@example("normalize")
def images_of_two_pixels(code, rng):
    arrays = np.array([[[1.0, 2.0]], [[3.0, 8.0]]]), np.array([[[4.0, 2.0]]])
    yield "normalized for images", code.normalize(*arrays)


@example("normalize")
def examples_that_are_numbers(code, rng):
    yield "normalized for sets of numbers", code.normalize(np.array([1.0, 5.0]), np.array([9.0, 7.0]))


@example("flatten_rows")
def an_image_of_one_pixel(code, rng):
    yield "rows", code.flatten_rows(np.array([[[5.0]]]))


@example("flatten_rows")
def an_image_of_six_pixels(code, rng):
    yield "rows", code.flatten_rows(np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]))


@example("flatten_rows")
def three_images_of_two_pixels(code, rng):
    yield "rows", code.flatten_rows(np.array([[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]]))


@example("train_val_test_split")
def five_examples(code, rng):
    X, y = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]), np.array([1, 2, 3, 4, 5])
    for num_validation in (1, 0):
        data = code.train_val_test_split(X, y, num_validation, 2, np.random.default_rng(0))
        for name in ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test"):
            yield f"length of {name}", len(data[name])


@example("minibatches")
def four_examples_in_batches(code, rng):
    X, y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([1, 2, 3, 4])
    for batch_size in (3, 2):
        batches = list(code.minibatches(X, y, batch_size, np.random.default_rng(0)))
        yield "list of the batch sizes", np.array([len(y_batch) for _, y_batch in batches])


@example("augment_flip")
def labels_of_three_images(code, rng):
    X, y = np.array([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]), np.array([7, 8, 9])
    yield "y_new", code.augment_flip(X, y, np.random.default_rng(0))[1]


@example("augment_flip")
def size_of_three_images(code, rng):
    X, y = np.array([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]), np.array([7, 8, 9])
    yield "shape of X_new", code.augment_flip(X, y, np.random.default_rng(0))[0].shape
