"""Pictures of every kind, whole and hostile."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs import Box, PictureLimits, load_picture
from tests.inputs.files import encoded, picture, png_of

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def gradient(width: int = 60, height: int = 40) -> Image.Image:
    x = np.linspace(0, 255, width, dtype=np.uint8)
    y = np.linspace(0, 255, height, dtype=np.uint8)
    return Image.fromarray(
        np.dstack([np.tile(x, (height, 1)), np.tile(y[:, None], (1, width)),
                   np.full((height, width), 90, np.uint8)]), "RGB"
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "JPEG2000"])
def test_formats_show_the_same_picture(kind: str) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    if kind == "JPEG2000" and not features.check("jpg_2000"):
        pytest.skip("this Pillow has no JPEG 2000")
    original = gradient()
    loaded = load_picture(encoded(original, kind))
    assert loaded.mode == "RGB"
    assert loaded.size == original.size
    difference = np.abs(np.asarray(loaded, int) - np.asarray(original, int))
    assert difference.mean() < 12


def test_min_side_decodes_a_jpeg_at_a_smaller_scale() -> None:
    data = encoded(gradient(1600, 1200), "JPEG")
    assert load_picture(data).size == (1600, 1200)
    assert load_picture(data, min_side=224).size == (400, 300)
    assert load_picture(data, min_side=10_000).size == (1600, 1200)
    # A crop still has the pixels asked for.
    half = load_picture(data, min_side=224, crop=Box(right=0.5, bottom=0.5))
    assert min(half.size) >= 224


def test_crop_is_a_fraction_of_the_upright_picture() -> None:
    cropped = load_picture(encoded(gradient()), crop=Box(left=0.5, right=1.0))
    assert cropped.size == (30, 40)
    assert np.asarray(cropped)[:, :, 0].min() > 120
    with pytest.raises(InvalidInputError, match="left < right"):
        Box(left=0.5, right=0.5)
    with pytest.raises(InvalidInputError):
        Box(left=float("nan"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(orientation: int) -> None:
    upright = gradient(60, 40)
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = upright.transpose(Image.Transpose(turns[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    loaded = load_picture(encoded(stored, "PNG", exif=exif))
    assert np.array_equal(np.asarray(loaded), np.asarray(upright))


def test_transparency_lies_on_white() -> None:
    image = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    assert np.asarray(load_picture(encoded(image))).tolist() == [[[255, 0, 0], [255, 255, 255]]]
    palette = Image.new("P", (2, 1), 0)
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putpixel((1, 0), 1)
    loaded = load_picture(encoded(palette, "PNG", transparency=1))
    assert np.asarray(loaded).tolist() == [[[10, 20, 30], [255, 255, 255]]]


def test_cmyk_jpeg() -> None:
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    red, green, blue = load_picture(encoded(image, "JPEG")).getpixel((4, 4))
    assert red > 200
    assert max(green, blue) < 60


def test_sixteen_bit_grey_keeps_its_tones() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(8, 0)
    loaded = np.asarray(load_picture(encoded(Image.fromarray(ramp))))[0, :, 0].astype(int)
    assert loaded[0] == 0
    assert loaded[-1] == 255
    assert (np.diff(loaded) >= 0).all()
    assert abs(loaded[32] - 129) <= 2


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue", "green")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert load_picture(data).getpixel((4, 4)) == (255, 0, 0)


def test_one_pixel_is_a_picture() -> None:
    assert load_picture(encoded(Image.new("L", (1, 1), 7))).getpixel((0, 0)) == (7, 7, 7)


def test_a_pillow_image_is_taken_as_it_is() -> None:
    image = gradient()
    assert load_picture(image) is image
    assert load_picture(image.convert("L")).mode == "RGB"


def test_the_callers_image_stays_whole_after_the_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture())
    loaded = load_picture(path)
    path.unlink()
    assert loaded.resize((8, 8)).getbbox() == (0, 0, 8, 8)


def test_thirty_thousand_square_is_refused_before_decoding() -> None:
    with pytest.raises(UnreadableFileError, match=r"bomb\.png.*pixels.*smaller copy"):
        load_picture(png_of(30_000, 30_000), name="bomb.png")
    with pytest.raises(UnreadableFileError, match="9,000 x 9,000 pixels"):
        load_picture(png_of(9_000, 9_000))


def test_limits_can_be_set() -> None:
    data = picture(64, 48)
    with pytest.raises(UnreadableFileError, match=r"at most 1,000 are decoded"):
        load_picture(data, limits=PictureLimits(max_pixels=1_000))
    with pytest.raises(UnreadableFileError, match="at most 10 bytes"):
        load_picture(data, limits=PictureLimits(max_bytes=10))
    with pytest.raises(InvalidInputError, match="max_pixels"):
        PictureLimits(max_pixels=0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
def test_truncated_pictures_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo.{kind.lower()}"
    data = picture(300, 200, kind=kind)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableFileError, match=r"photo\.\w+: .*(damaged|cannot be decoded)"):
        load_picture(path)


def test_other_kinds_are_named(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"MZ" + bytes(200))
    with pytest.raises(UnreadableFileError, match=r"expected a picture .* Windows program"):
        load_picture(path)
    with pytest.raises(UnreadableFileError, match="0 bytes"):
        load_picture(b"")
    path.write_bytes(b"")
    with pytest.raises(UnreadableFileError, match="empty"):
        load_picture(path)
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        load_picture(tmp_path / "missing.jpg")
    with pytest.raises(UnreadableFileError, match="is a folder"):
        load_picture(tmp_path)


def test_an_eps_never_reaches_its_interpreter() -> None:
    with pytest.raises(UnreadableFileError, match="PostScript"):
        load_picture(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")


class TestSvg:
    def test_drawn_on_white(self) -> None:
        data = f'<svg {SVG} viewBox="0 0 4 2"><rect width="2" height="2" fill="#f00"/></svg>'
        image = load_picture(data.encode())
        assert image.size == (512, 256)
        assert image.getpixel((100, 100)) == (255, 0, 0)
        assert image.getpixel((400, 100)) == (255, 255, 255)

    def test_nothing_outside_the_file_is_read(self, tmp_path: Path) -> None:
        red = tmp_path / "red.png"
        red.write_bytes(encoded(Image.new("RGB", (9, 9), "red")))
        for link in (str(red), red.as_uri(), "http://localhost:9/x.png"):
            data = (
                f'<svg {SVG} viewBox="0 0 4 4"><image xlink:href="{link}" width="4" height="4"/>'
                f'<style>@import "{link}"; rect {{ fill: url({link}) }}</style></svg>'
            )
            assert load_picture(data.encode()).getpixel((200, 200)) == (255, 255, 255)

    def test_embedded_pictures_are_drawn_and_bounded(self) -> None:
        import base64

        def holding(data: bytes) -> bytes:
            uri = "data:image/png;base64," + base64.b64encode(data).decode()
            return (
                f'<svg {SVG} viewBox="0 0 4 4"><image href="{uri}" width="4" height="4"/></svg>'
            ).encode()

        blue = encoded(Image.new("RGB", (9, 9), "blue"))
        assert load_picture(holding(blue)).getpixel((200, 200)) == (0, 0, 255)
        with pytest.raises(UnreadableFileError, match="pixels"):
            load_picture(holding(png_of(30_000, 30_000)))

    def test_entities_and_expansion_are_refused(self) -> None:
        entity = f'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg {SVG} viewBox="0 0 4 4">&a;</svg>'
        with pytest.raises(UnreadableFileError, match="entities"):
            load_picture(entity.encode())
        groups = "".join(
            f'<g id="g{i}">' + f'<use href="#g{i - 1}"/>' * 10 + "</g>" for i in range(1, 10)
        )
        first = '<g id="g0"><path d="M0 0"/></g>'
        bomb = f'<svg {SVG} viewBox="0 0 4 4">{first}{groups}<use href="#g9"/></svg>'
        with pytest.raises(UnreadableFileError, match="expands to more than"):
            load_picture(bomb.encode())

    def test_damaged(self) -> None:
        with pytest.raises(UnreadableFileError, match="well-formed"):
            load_picture(f"<svg {SVG}><rect></svg>".encode())


def test_buffers_are_not_kept_open(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(picture(kind="JPEG"))
    image = load_picture(path)
    assert getattr(image, "fp", None) is None
    assert io.BytesIO(image.tobytes()).read(1)
