"""Checkpoint files read as data: equal to what torch and safetensors read, and refused when they lie."""

import hashlib

import gallop
import numpy as np
import pytest

torch = pytest.importorskip("torch")


def flat(value, name=""):
    """Tensors of a nested structure under dotted names."""
    if isinstance(value, torch.Tensor):
        return {name: value}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    return {key: tensor for part, item in items for key, tensor in flat(item, f"{name}.{part}" if name else str(part)).items()}


def digest(tensor):
    return hashlib.sha256(np.ascontiguousarray(tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy()).tobytes()).hexdigest()


def check_equal(file, expected):
    found = {info.name: info for info in gallop.inspect_weights(file, hash=True)}
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        assert found[name].shape == list(tensor.shape), name
        assert found[name].sha256 == digest(tensor), name


@pytest.fixture(scope="module")
def tensors():
    generator = torch.Generator().manual_seed(0)
    return {
        "a.weight": torch.randn(5, 7, generator=generator),
        "b": torch.randn(3, generator=generator).bfloat16(),
        "c": torch.arange(6).reshape(2, 3).t(),  # not contiguous
        "d": torch.tensor([True, False]),
        "e": torch.randn(4, 4, generator=generator).half()[1:, ::2],
        "f": torch.empty(0, 3),
    }


@pytest.mark.parametrize("zip_format", [True, False])
def test_torch_files_give_what_torch_reads(tmp_path, tensors, zip_format):
    content = {
        "state_dict": dict(tensors),
        "epoch": 3,
        "lr": 0.5,
        "name": "x",
        "list": [tensors["b"], None],
        "p": torch.nn.Parameter(torch.ones(2)),
    }
    torch.save(content, tmp_path / "a.pth", _use_new_zipfile_serialization=zip_format)
    check_equal(tmp_path / "a.pth", flat(content))


def test_torchscript_archives_give_their_state(tmp_path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    torch.jit.script(module).save(str(tmp_path / "a.pt"))
    names = {info.name for info in gallop.inspect_weights(tmp_path / "a.pt")}
    assert set(module.state_dict()) <= names


def test_conversion_to_safetensors_keeps_every_value(tmp_path, tensors):
    torch.save(tensors, tmp_path / "a.pth")
    gallop.convert_weights(tmp_path / "a.pth", tmp_path / "a.safetensors")
    check_equal(tmp_path / "a.safetensors", tensors)


@pytest.mark.parametrize("length", [128, 640, 0x280 + 0x100])
def test_a_header_whose_length_looks_like_a_pickle_is_still_a_header(tmp_path, length):
    header = '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'.ljust(length)
    (tmp_path / "a.safetensors").write_bytes(length.to_bytes(8, "little") + header.encode() + b"x")
    assert [info.name for info in gallop.inspect_weights(tmp_path / "a.safetensors")] == ["a"]


def test_shared_files_equal_what_python_reads(shared):
    checked = 0
    for file in sorted((shared / "data/models").rglob("*.pth")):
        if "broken" not in file.parts:
            check_equal(file, flat(torch.load(file, map_location="cpu", weights_only=True)))
            checked += 1
    for file in sorted((shared / "data/models/safetensors").glob("*.safetensors")):
        assert gallop.inspect_weights(file)
        checked += 1
    assert checked > 10


def test_shared_broken_files_are_refused(shared):
    for file in sorted((shared / "data/models/broken").iterdir()):
        with pytest.raises(gallop.FormatError) as caught:
            gallop.inspect_weights(file)
        assert file.name in str(caught.value)


def test_no_pickle_is_executed(tmp_path):
    import os

    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/ran",)

    torch.save({"a": Evil()}, tmp_path / "a.pth")
    with pytest.raises(gallop.FormatError, match="could run code"):
        gallop.inspect_weights(tmp_path / "a.pth")
    assert not (tmp_path / "ran").exists()


def safetensors(tmp_path, header, data=b"", length=None):
    file = tmp_path / "lie.safetensors"
    header = header.encode() if isinstance(header, str) else header
    file.write_bytes((len(header) if length is None else length).to_bytes(8, "little") + header + data)
    return file


@pytest.mark.parametrize(
    "header,data,words",
    [
        ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8, "twice"),
        (
            '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
            12,
            "inside the tensor before it",
        ),
        ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}', 12, "bytes 0 to 4 before tensor .a. belong to no tensor"),
        ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 9, "1 bytes after the last tensor belong to no tensor"),
        ('{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', 8, "negative number -2"),
        ('{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', 8, "expected a whole number"),
        ('{"a":{"dtype":"F12","shape":[2],"data_offsets":[0,8]}}', 8, "element type .F12."),
        ('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}', 8, "overflow"),
        ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}', 8, "needs 8 bytes, but its data_offsets are 8 to 0"),
        ('{"a":{"dtype":"F32","shape":[2]}}', 8, "lacks dtype, shape or a pair of data_offsets"),
        ("[1]", 0, "header begins with byte 0x5b"),
        (b'{"a\xff":1}', 0, "JSON"),
    ],
)
def test_a_lying_header_is_refused(tmp_path, header, data, words):
    with pytest.raises(gallop.FormatError, match=words):
        gallop.inspect_weights(safetensors(tmp_path, header, bytes(data)))


@pytest.mark.parametrize("shard", ["../a.safetensors", "/etc/passwd", "sub/a.safetensors", "", ".."])
def test_an_index_cannot_leave_its_folder(tmp_path, shard):
    import json

    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": shard}}))
    with pytest.raises(gallop.FormatError, match="plain file name"):
        gallop.inspect_weights(tmp_path / "model.safetensors.index.json")
