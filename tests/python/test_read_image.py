"""Pictures come out as Pillow decodes them: the published evaluators and generators read theirs with it."""

import io

import gallop
import numpy as np
import pytest

PIL = pytest.importorskip("PIL")
from PIL import Image, ImageOps  # noqa: E402


def by_pillow(file):
    return np.asarray(ImageOps.exif_transpose(Image.open(file)).convert("RGB"))


@pytest.mark.parametrize("name", ["wan_i2v_input_cat_beach.jpg", "exif_orientation6_landscape.jpg", "exif_small/hopper_orientation_7.jpg"])
def test_a_photograph_has_the_same_bytes(shared, name):
    file = shared / "data/images" / name
    assert np.array_equal(gallop.read_image(file).numpy(), by_pillow(file))


@pytest.mark.parametrize("mode,options", [
    ("RGB", {"subsampling": 0}),
    ("RGB", {"subsampling": 1}),
    ("RGB", {"subsampling": 2}),
    ("RGB", {"subsampling": 2, "progressive": True}),
    ("RGB", {"keep_rgb": True}),
    ("L", {}),
])  # fmt: skip
def test_every_kind_of_jpeg_has_the_same_bytes(tmp_path, mode, options):
    values = np.random.default_rng(1).integers(0, 256, (37, 53, 3), dtype=np.uint8)
    smooth = Image.fromarray(values).resize((107, 75), Image.Resampling.BICUBIC).convert(mode)
    smooth.save(tmp_path / "a.jpg", quality=83, **options)
    assert np.array_equal(gallop.read_image(tmp_path / "a.jpg").numpy(), by_pillow(tmp_path / "a.jpg"))


def test_a_cut_jpeg_is_damaged(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(whole, "JPEG")
    for share in (0.3, 0.7, 0.99):
        (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[: int(len(whole.getvalue()) * share)])
        with pytest.raises(gallop.MediaError):
            gallop.read_image(tmp_path / "cut.jpg")
