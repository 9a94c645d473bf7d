"""The downloaded data sets, against a web site on this machine that works well or badly."""

import gzip
import hashlib
import io
import json
import socket
import tarfile
import threading
import urllib.parse
import urllib.request
import warnings
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

import numpy as np
import pytest
from sklearn.datasets import _california_housing, _openml

from reference_impl import data as course_data

HOST = "127.0.0.1"


class Site(ThreadingTCPServer):
    """A web site. It has a port from the beginning, and refuses connections until it is opened.

    `files` maps a path to the bytes there. For the paths in `cut` the answer breaks off halfway, and for those in
    `garbled` it is nonsense after the first bytes. `encoding` says how the site sends all of them.
    """

    def __init__(self):
        super().__init__((HOST, 0), Answer, bind_and_activate=False)
        self.server_bind()
        self.url = f"http://{HOST}:{self.server_address[1]}"
        self.files, self.cut, self.garbled = {}, set(), set()
        self.encoding = "plain"
        self.thread = None

    def open(self):
        self.server_activate()
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self):
        if self.thread is not None:
            self.shutdown()
            self.thread.join()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        site = self.server
        if self.path not in site.files:
            self.send_error(404)
            return
        body = site.files[self.path]
        self.send_response(200)
        if site.encoding == "gzip" and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        if self.path in site.garbled:
            body = body[:10] + b"\xff" * len(body[10:])
        chunked = site.encoding == "chunked"
        length = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body)))
        self.send_header(*length)
        self.end_headers()
        sent = body[: len(body) // 2] if self.path in site.cut else body
        if chunked:
            sent = b"%x\r\n" % len(body) + sent + (b"\r\n0\r\n\r\n" if sent == body else b"")
        self.wfile.write(sent)

    def log_message(self, *args):
        pass


class Housing:
    """California housing as it is published: a table of numbers in a .tgz file, checked by its checksum."""

    PATHS = DATA = ("/files/cal_housing.tgz",)

    def __init__(self):
        rng = np.random.default_rng(1)
        table = rng.integers(1, 1000, size=(40, 9))
        longitude, latitude, age, rooms, bedrooms, people, households, income, price = table.T
        per_household = (rooms / households, bedrooms / households, people, people / households)
        self.X = np.column_stack([income, age, *per_household, latitude, longitude])
        self.y = price / 100_000
        self.archive = self.pack(table)

    @staticmethod
    def pack(table):
        text, packed = io.BytesIO(), io.BytesIO()
        np.savetxt(text, table, fmt="%.6f", delimiter=",")
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            member = tarfile.TarInfo("CaliforniaHousing/cal_housing.data")
            member.size = text.tell()
            text.seek(0)
            tar.addfile(member, text)
        return packed.getvalue()

    def publish(self, site, monkeypatch):
        site.files[self.PATHS[0]] = self.archive
        checksum = hashlib.sha256(self.archive).hexdigest()
        remote = _california_housing.ARCHIVE._replace(url=site.url + self.PATHS[0], checksum=checksum)
        monkeypatch.setattr(_california_housing, "ARCHIVE", remote)

    def falsify(self, site):
        site.files[self.PATHS[0]] = self.pack(np.ones((40, 9)))

    def get(self):
        return course_data.get_california_housing_data(num_validation=10, num_test=10)

    def check(self, data):
        expected = course_data.prepare_regression(self.X, self.y, 10, 10)
        assert data.keys() == expected.keys()
        for name in data:
            np.testing.assert_allclose(data[name], expected[name], rtol=1e-6)


class MNIST:
    """MNIST as OpenML publishes it: four answers in JSON lead to the images, which are checked by their checksum.

    The images have two pixels instead of 784, and there are only as many as a test needs.
    """

    API = "/api/v1/json/data"
    DATA = ("/data/v1/download/52667/mnist_784.arff",)
    PATHS = (
        f"{API}/list/data_name/mnist_784/limit/2/data_version/1",
        f"{API}/554",
        f"{API}/features/554",
        f"{API}/qualities/554",
        *DATA,
    )

    def __init__(self, N=30):
        self.X = np.stack(np.divmod(np.arange(N), 256), axis=1)
        self.y = np.arange(N) % 10
        self.num_test = max(N - 60_000, 0)

    def arff(self, y):
        rows = "\n".join(f"{a},{b},{c}" for (a, b), c in zip(self.X.tolist(), y.tolist(), strict=True))
        head = "@RELATION mnist_784\n@ATTRIBUTE pixel1 real\n@ATTRIBUTE pixel2 real\n"
        return f"{head}@ATTRIBUTE class {{{','.join('0123456789')}}}\n@DATA\n{rows}\n".encode()

    def publish(self, site, monkeypatch):
        def from_site(request):
            path = urllib.parse.urlparse(request.full_url).path
            return urllib.request.urlopen(urllib.request.Request(site.url + path, headers=request.headers))

        monkeypatch.setattr(_openml, "urlopen", from_site)
        images = self.arff(self.y)
        rest = {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
        columns = (("pixel1", "numeric"), ("pixel2", "numeric"), ("class", "nominal"))
        features = [
            {"index": str(i), "name": name, "data_type": kind, "is_target": str(i == 2).lower(), **rest}
            for i, (name, kind) in enumerate(columns)
        ]
        description = {
            "id": "554",
            "name": "mnist_784",
            "version": "1",
            "status": "active",
            "format": "ARFF",
            "url": "https://www.openml.org" + self.DATA[0],
            "md5_checksum": hashlib.md5(images).hexdigest(),
        }
        qualities = [{"name": "NumberOfInstances", "value": str(float(len(self.y)))}]
        answers = (
            {"data": {"dataset": [{"did": 554, "name": "mnist_784", "version": 1}]}},
            {"data_set_description": description},
            {"data_features": {"feature": features}},
            {"data_qualities": {"quality": qualities}},
        )
        bodies = [*(json.dumps(answer).encode() for answer in answers), images]
        site.files.update(zip(self.PATHS, bodies, strict=True))

    def falsify(self, site):
        site.files[self.DATA[0]] = self.arff((self.y + 1) % 10)

    def get(self):
        return course_data.get_MNIST_data(num_training=20, num_validation=10, num_test=self.num_test)

    def check(self, data):
        parts = {"train": slice(0, 20), "val": slice(20, 30), "test": slice(60_000, None)}
        for part, rows in parts.items():
            pixels = 255 * (data[f"X_{part}"] + data["mean_image"])
            np.testing.assert_allclose(pixels, self.X[rows], atol=1e-3)
            np.testing.assert_array_equal(data[f"y_{part}"], self.y[rows])


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch):
    """No connection leaves the machine, not even to a proxy."""
    connect = socket.create_connection

    def connect_here(address, *args, **options):
        assert address[0] == HOST, f"a test asks {address} for data"
        return connect(address, *args, **options)

    monkeypatch.setattr(socket, "create_connection", connect_here)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture(autouse=True)
def nothing_is_said(capfd):
    """Nothing is printed and nobody is warned, in success or failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # conftest.py does the same for RuntimeWarning
        yield
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # the pause before a second try
    return tmp_path


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


def check_failure(data_set, cache):
    """Check that getting the data set fails with a message of one line, and leaves nothing behind."""
    with pytest.raises(ConnectionError) as error:
        data_set.get()
    message = str(error.value)
    assert "\n" not in message
    assert str(cache) in message
    assert "connect to the internet and try again, or set SCIKIT_LEARN_DATA" in message
    assert error.value.__suppress_context__
    assert not [path for path in cache.rglob("*") if path.is_file()]


both = pytest.mark.parametrize("kind", [Housing, MNIST])
each_answer = pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind in (Housing, MNIST) for path in kind.PATHS]
)


@pytest.mark.parametrize("data_set", [Housing(), MNIST(), MNIST(60_003)], ids=["housing", "few", "mnist"])
def test_data_arrive_and_stay(data_set, site, cache, monkeypatch):
    data_set.publish(site, monkeypatch)
    site.open()
    data_set.check(data_set.get())
    site.close()
    data_set.check(data_set.get())


@both
def test_nobody_is_there(kind, site, cache, monkeypatch):
    data_set = kind()
    data_set.publish(site, monkeypatch)
    check_failure(data_set, cache)
    site.open()
    data_set.check(data_set.get())


@each_answer
def test_a_page_is_missing(kind, path, site, cache, monkeypatch):
    data_set = kind()
    data_set.publish(site, monkeypatch)
    page = site.files.pop(path)
    site.open()
    check_failure(data_set, cache)
    site.files[path] = page
    data_set.check(data_set.get())


@both
def test_the_data_are_not_what_they_should_be(kind, site, cache, monkeypatch):
    data_set = kind()
    data_set.publish(site, monkeypatch)
    data_set.falsify(site)
    site.open()
    check_failure(data_set, cache)
    data_set.publish(site, monkeypatch)
    data_set.check(data_set.get())


def test_the_checksum_is_not_what_it_should_be(site, cache, monkeypatch):
    """OpenML's wrong checksum is not kept after OpenML corrects it."""
    data_set = MNIST()
    data_set.publish(site, monkeypatch)
    right = site.files[data_set.PATHS[1]]
    site.files[data_set.PATHS[1]] = right.replace(b'"md5_checksum": "', b'"md5_checksum": "0')
    site.open()
    check_failure(data_set, cache)
    site.files[data_set.PATHS[1]] = right
    data_set.check(data_set.get())


@each_answer
@pytest.mark.parametrize("encoding", ["plain", "gzip", "chunked"])
@pytest.mark.parametrize("fault", ["cut", "garbled"])
def test_an_answer_breaks_off_or_is_nonsense(kind, path, fault, encoding, site, cache, monkeypatch):
    data_set = kind()
    data_set.publish(site, monkeypatch)
    site.encoding = encoding
    getattr(site, fault).add(path)
    site.open()
    check_failure(data_set, cache)
    getattr(site, fault).clear()
    data_set.check(data_set.get())
