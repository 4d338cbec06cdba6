"""Photographs of any kind become the same pixels as the plain picture, or one sentence."""

import hashlib
import os
import struct
import zlib
from itertools import product

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import photos
from toy_files import claiming, encoded, png_chunk

ORIENTATION = 274
# How the pixels of an upright picture lie in a file of each orientation.
STORED = {
    1: lambda plain: plain,
    2: lambda plain: plain[:, ::-1],
    3: lambda plain: plain[::-1, ::-1],
    4: lambda plain: plain[::-1],
    5: lambda plain: plain.swapaxes(0, 1),
    6: np.rot90,
    7: lambda plain: plain[::-1, ::-1].swapaxes(0, 1),
    8: lambda plain: np.rot90(plain, -1),
}


@pytest.fixture
def plain():
    """Smooth colours, wider than high, no two corners alike; uint8 RGB (40, 60, 3)."""
    y, x = np.mgrid[:40, :60]
    return np.stack([4 * x, 6 * y, 255 - 2 * (x + y)], 2).astype(np.uint8)


@pytest.fixture
def opened(tmp_path):
    """Save a picture as a file of some name and open it."""

    def open_saved(pixels, name="a.png", mode=None, **options):
        image = Image.fromarray(pixels)
        (image.convert(mode) if mode else image).save(tmp_path / name, **options)
        return photos.opened(tmp_path / name)

    return open_saved


def test_a_photograph_is_warped_as_those_of_the_data_set(opened, plain, tmp_path):
    """To 256 pixels for the classifier and 451 for the map, and its file is identified."""
    photo = opened(plain)
    np.testing.assert_array_equal(photo.small, pictures.warp(plain))
    np.testing.assert_array_equal(photo.large, pictures.warp(plain, 451))
    np.testing.assert_array_equal(photo.shown, plain)
    assert (photo.width, photo.height) == (60, 40)
    assert photo.sha256 == hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()


@pytest.mark.parametrize("suffix", ["png", "bmp", "webp"])
def test_formats_without_loss_give_the_pixels_that_were_saved(opened, plain, suffix):
    """Whatever the file is called, its content decides."""
    options = {"lossless": True} if suffix == "webp" else {}
    np.testing.assert_array_equal(opened(plain, f"a.{suffix}", **options).shown, plain)


@pytest.mark.parametrize("suffix", ["png", "jpg", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_gives_the_same_as_the_upright_one(tmp_path, plain, suffix, orientation):
    """All eight ways in which EXIF can have a picture stored; the size is the upright one's."""
    stored = STORED[orientation](plain)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = tmp_path / f"turned.{suffix}"
    options = {} if suffix == "png" else {"quality": 100, "subsampling": "4:4:4"}
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, **options)
    photo = photos.opened(path)
    assert (photo.width, photo.height) == (60, 40)
    near = 6 if options else 0
    np.testing.assert_allclose(photo.shown, plain.astype(int), atol=near)


def test_damaged_exif_leaves_the_picture_as_it_is_stored(tmp_path, plain, recwarn):
    """The pixels are whole, and no warning of Pillow comes between the lines."""
    path = tmp_path / "a.jpg"
    Image.fromarray(plain).save(path, quality=100, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert photos.opened(path).width == 60
    assert not recwarn.list


@pytest.mark.parametrize("mode", ["L", "1", "P"])
def test_a_picture_in_another_mode_is_its_rgb(opened, plain, mode):
    """Grey, two-tone and with a palette; inks are below."""
    expected = Image.fromarray(plain).convert(mode).convert("RGB")
    np.testing.assert_array_equal(opened(plain, mode=mode).shown, expected)


def test_cmyk_as_cameras_and_adobe_write_it_is_near_the_rgb(opened, plain):
    """Adobe's JPEGs hold it inverted, as does Pillow's."""
    shown = opened(plain, "a.jpg", "CMYK", quality=100).shown
    np.testing.assert_allclose(shown, plain.astype(int), atol=6)


def test_sixteen_bits_are_the_eight_they_were_made_of(tmp_path, plain):
    """Grey and colour, PNG as OpenCV writes it; TIFF is below."""
    for stored, expected in ((plain[..., ::-1], plain), (plain[..., 0], plain[..., [0, 0, 0]])):
        cv2.imwrite(str(tmp_path / "a.png"), stored.astype(np.uint16) * 257)
        np.testing.assert_array_equal(photos.opened(tmp_path / "a.png").shown, expected)


def test_what_is_transparent_lies_on_white(opened, plain, tmp_path):
    """By an alpha channel of colour or grey, one colour of a palette, or a value of 16 bits."""
    alpha = np.zeros(plain.shape[:2], np.uint8)
    alpha[:, 30:] = 255
    expected = np.where(alpha[..., None] > 0, plain, 255)
    np.testing.assert_array_equal(opened(np.dstack([plain, alpha])).shown, expected)
    grey = opened(np.dstack([plain[..., 0], alpha]), "grey.png").shown
    np.testing.assert_array_equal(grey, expected[..., [0, 0, 0]])
    palette = Image.fromarray((alpha > 0).astype(np.uint8))
    palette.putpalette([0, 0, 0, 10, 20, 30])
    palette.save(tmp_path / "palette.png", transparency=0)
    shown = photos.opened(tmp_path / "palette.png").shown
    np.testing.assert_array_equal(shown, np.where(alpha[..., None] > 0, [10, 20, 30], 255))
    deep = np.where(alpha > 0, 30_000, 1000).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png", transparency=1000)
    shown = photos.opened(tmp_path / "deep.png").shown[..., 0]
    np.testing.assert_array_equal(shown, np.where(alpha > 0, 30_000 >> 8, 255))


# TIFF, in which a picture can be stored in hundreds of ways

ALPHA = np.repeat(np.uint8([[0, 255]]), 30, axis=1).repeat(40, axis=0)
# By kind: what is stored, what that is called, whether it ends in transparency, and what is refused
# of it as depth, planes and order of bytes (... stands for any).
KINDS = {
    "grey": (lambda rgb: rgb[..., 0], "minisblack", None, []),
    "white is zero": (lambda rgb: 255 - rgb[..., 0], "miniswhite", None, [(16, ..., ">")]),
    "colour": (lambda rgb: rgb, "rgb", None, []),
    "transparent": (lambda rgb: np.dstack([rgb, ALPHA]), "rgb", "unassalpha", []),
    "premultiplied": (
        lambda rgb: np.dstack([np.where(ALPHA[..., None], rgb, 0), ALPHA]),
        *("rgb", "assocalpha", []),
    ),
    "transparent grey": (
        lambda rgb: np.dstack([rgb[..., 0], ALPHA]),
        *("minisblack", "unassalpha", [(16, ..., ...), (8, "separate", ...)]),
    ),
    "premultiplied grey": (
        lambda rgb: np.dstack([np.where(ALPHA, rgb[..., 0], 0), ALPHA]),
        *("minisblack", "assocalpha", [(16, ..., ...), (8, "separate", ...)]),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_tiff_looks_the_same_however_it_is_stored(tmp_path, plain, kind, monkeypatch):
    """Or it is refused; OpenCV, which reads no transparency, sees the same as we."""
    monkeypatch.setattr(pictures, "warp", lambda pixels, side=256: pixels)
    store, called, clear, refused = KINDS[kind]
    grey = called.startswith("minis")
    expected = plain[..., [0, 0, 0]] if grey else plain
    expected = np.where(ALPHA[..., None], expected, 255) if clear else expected
    options = {"photometric": called, "extrasamples": [clear] if clear else None, "metadata": None}
    planes = ["contig"] if store(plain).ndim == 2 else ["contig", "separate"]
    every = product((8, 16), planes, "<>", (None, "zlib"), STORED)
    for depth, planar, order, compression, orientation in every:
        path = tmp_path / "a.tif"
        values = STORED[orientation](store(plain)).astype(f"u{depth // 8}") * (
            257 if depth > 8 else 1
        )
        options["planarconfig"] = planar if values.ndim == 3 else None
        values = np.moveaxis(values, 2, 0) if planar == "separate" else values
        options["extratags"] = [(ORIENTATION, "H", 1, orientation, True)]
        tifffile.imwrite(path, values, byteorder=order, compression=compression, **options)
        way = (depth, planar, order)
        if any(all(b in (a, ...) for a, b in zip(way, one, strict=True)) for one in refused):
            with pytest.raises(UserError, match="save it"):
                photos.opened(path)
            continue
        shown = photos.opened(path).shown
        np.testing.assert_array_equal(shown, expected, err_msg=str(way))
        if not clear:
            other = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
            np.testing.assert_array_equal(shown, other, err_msg=str(way))


def test_colours_of_cielab_in_planes_are_refused(tmp_path):
    """There Pillow has their signs the other way round."""
    options = {"photometric": "cielab", "planarconfig": "separate", "metadata": None}
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((3, 40, 60), np.uint8), **options)
    with pytest.raises(UserError, match=r"CIELab in planes.*: save it as PNG"):
        photos.opened(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        *(("u2", "cielab"), (">u4", "minisblack"), ("f2", "minisblack"), ("i2", "rgb")),
        *(("u1", "cfa"), ("u4", "minisblack"), ("i1", "minisblack"), ("i2", "minisblack")),
        *(("f4", "minisblack"), (">f4", "miniswhite"), ("i4", "minisblack")),
    ],
)
def test_a_rare_tiff_is_refused_and_not_called_damaged(tmp_path, kind, called):
    """With the advice to save it as something common."""
    shape = (40, 60, 3) if called in ("cielab", "rgb") else (40, 60)
    values = np.full(shape, np.iinfo(kind).max if "f" not in kind else 1, kind)
    order = ">" if kind[0] == ">" else "<"
    tifffile.imwrite(tmp_path / "a.tif", values, photometric=called, byteorder=order, metadata=None)
    with pytest.raises(UserError, match=r"a\.tif is not .*: .*save it") as fault:
        photos.opened(tmp_path / "a.tif")
    assert "damaged" not in str(fault.value)


@pytest.mark.parametrize("way", [50001, 34887])
def test_a_tiff_that_is_not_unpacked_is_refused(tmp_path, plain, way):
    """Whether the libtiff in Pillow does not know the way (WebP), or Pillow itself (LERC)."""
    tifffile.imwrite(tmp_path / "a.tif", plain, metadata=None)
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+") as file:
        file.pages[0].tags["Compression"].overwrite(way)
    with pytest.raises(UserError, match=r"a\.tif is not .*: .*save it there as PNG"):
        photos.opened(tmp_path / "a.tif")


def test_twelve_bits_are_the_eight_they_were_made_of(tmp_path, plain):
    """As scanners write them: three bytes hold two values."""
    nibbles = np.dstack([plain[..., 0] >> 4, plain[..., 0] & 15, 0 * ALPHA]).reshape(-1)
    tifffile.imwrite(
        tmp_path / "a.tif",
        nibbles[::2].reshape(40, 90) << 4 | nibbles[1::2].reshape(40, 90),
        metadata=None,
    )
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+") as file:
        file.pages[0].tags["ImageWidth"].overwrite(60)
        file.pages[0].tags["BitsPerSample"].overwrite(12)
    np.testing.assert_array_equal(photos.opened(tmp_path / "a.tif").shown[..., 0], plain[..., 0])


def test_of_several_frames_it_is_the_first(tmp_path, plain):
    """Of a GIF and of what cameras write as JPEG."""
    frames = [Image.fromarray(np.full((8, 8, 3), value, np.uint8)) for value in (40, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=frames[1:])
    assert (photos.opened(tmp_path / "a.gif").shown == 40).all()
    assert abs(photos.opened(tmp_path / "a.jpg").shown.astype(int) - 40).max() <= 2


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 1000), (1000, 3)])
def test_tiny_pictures_are_warped_all_the_same(opened, height, width):
    """A plain colour stays it."""
    photo = opened(np.full((height, width, 3), 77, np.uint8))
    assert (photo.large == 77).all()
    assert photo.large.shape == (451, 451, 3)
    assert (photo.width, photo.height) == (width, height)
    assert max(photo.shown.shape) <= photos.SHOWN


# What is no picture


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda whole: b"", "is empty"),
        (lambda whole: b"hello there", "it is no JPEG, PNG"),
        (lambda whole: whole[: len(whole) // 2], "is not a photograph that can be read"),
        (lambda whole: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it is no JPEG"),
        (lambda whole: b"II*\0" + bytes(range(200)), "is not a photograph"),
    ],
    ids=["empty", "text", "cut", "postscript", "noise"],
)
def test_what_is_no_picture_is_one_sentence(tmp_path, plain, content, said):
    """With the file's name, and nothing is handed to other programs."""
    path = tmp_path / "a.jpg"
    path.write_bytes(content(encoded(plain, "JPEG")))
    with pytest.raises(UserError, match=said) as fault:
        photos.opened(path)
    assert str(fault.value).startswith(str(path))
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "beside",
    [
        png_chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(3 << 20))),
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(5 << 20))),
    ],
    ids=["profile", "text"],
)
def test_a_picture_is_read_whatever_else_is_in_its_file(tmp_path, plain, beside):
    """Megabytes of text, or of a colour profile, are no damage."""
    content = encoded(plain, "PNG")
    (tmp_path / "a.png").write_bytes(content[:33] + beside + content[33:])
    np.testing.assert_array_equal(photos.opened(tmp_path / "a.png").shown, plain)


def bitfields(pixels):
    """Write a BMP with ten bits a colour, which Pillow does not read, and OpenCV wrongly."""
    values = (pixels[::-1].astype("<u4") << [22, 12, 2]).sum(2, dtype="<u4").tobytes()
    sizes = (40, *pixels.shape[1::-1], 1, 32, 3, len(values), 0, 0, 0, 0)
    masks = (0x3FF00000, 0xFFC00, 0x3FF)
    header = struct.pack("<IiiHHIIiiII3I", *sizes, *masks)
    return b"BM" + struct.pack("<IHHI", 66 + len(values), 0, 0, 66) + header + values


def test_what_is_whole_is_not_called_damaged(tmp_path, plain):
    """Of a kind that is not read, the sentence says why, and what to do in either case."""
    (tmp_path / "a.bmp").write_bytes(bitfields(plain))
    with pytest.raises(UserError, match=r"Unsupported BMP bitfields.*: if another") as fault:
        photos.opened(tmp_path / "a.bmp")
    assert "damaged" not in str(fault.value)


@pytest.mark.parametrize("side", [9460, 30000])
def test_enormous_pictures_are_refused_before_they_are_decoded(tmp_path, side, monkeypatch):
    """Those that Pillow would warn of and those that it refuses; the sentence has the limit."""
    (tmp_path / "a.png").write_bytes(claiming(side))
    monkeypatch.setattr(photos, "upright", lambda image: pytest.fail("decoded"))
    with pytest.raises(UserError, match=r"89,478,485.*make it smaller"):
        photos.opened(tmp_path / "a.png")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("nowhere", path)])
def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path, make):
    """A pipe, a folder, a link to nothing."""
    make(tmp_path / "a.jpg")
    with pytest.raises(UserError, match=r"a\.jpg cannot be read \("):
        photos.opened(tmp_path / "a.jpg")


# Folders


def test_of_a_folder_its_photographs_are_taken(tmp_path):
    """By the ends of their names, in order; not hidden ones, drawings, or what lies deeper."""
    names = ["b.PNG", "a.jpg", "c.webp", ".hidden.jpg", "notes.txt", "a.jpg.map.png"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "deep.jpg").mkdir()
    (tmp_path / "deep.jpg" / "d.jpg").touch()
    assert [path.name for path in photos.listed([tmp_path])] == ["a.jpg", "b.PNG", "c.webp"]
    named = photos.listed([tmp_path / "notes.txt", tmp_path, tmp_path / "a.jpg"])
    assert [path.name for path in named] == ["notes.txt", "a.jpg", "b.PNG", "c.webp"]


def test_photographs_of_kinds_that_are_not_read_are_said_to_be(tmp_path, plain):
    """As telephones save them: not left out of a folder in silence."""
    (tmp_path / "a.jfif").write_bytes(encoded(plain, "JPEG"))
    (tmp_path / "b.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50))
    one, other = photos.listed([tmp_path])
    assert photos.opened(one).width == 60
    with pytest.raises(UserError, match=r"b\.HEIC is not .*it is no JPEG.*save it"):
        photos.opened(other)


def test_paths_without_photographs_are_refused(tmp_path):
    """A name of nothing or that no file can have, a folder without any."""
    for name, said in (
        ("nothing.jpg", "no file or folder"),
        ("a" * 300, "no file or folder"),
        (".", "has no photographs"),
    ):
        with pytest.raises(UserError, match=said):
            photos.listed([tmp_path / name])


def test_any_name_is_printed_in_one_line():
    """With a mark for what cannot be printed: a line break, a byte that is no letter."""
    assert photos.in_print("a\nb\udcff.jpg") == "a\ufffdb\ufffd.jpg"
    assert photos.in_print("猫 é.jpg") == "猫 é.jpg"


def test_a_link_that_leads_to_itself_has_its_sentence_and_no_more(tmp_path, plain):
    """In a folder, where the others are opened."""
    Image.fromarray(plain).save(tmp_path / "a.png")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    one, loop = photos.listed([tmp_path])
    assert photos.opened(one).width == 60
    with pytest.raises(UserError, match=r"loop\.jpg"):
        photos.opened(loop)
