"""Listings and the sheets copied under them: what looks like a property and is none."""

from __future__ import annotations

import pytest

from deepsearch.understanding import parse


def _read(text: str) -> dict[str, object]:
    return {r.field: r.value for r in parse(text).requirements if r.implied_by is None}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Automatic Noodle Make Machine for Small Restaurants\nPlease quote", "brand"),
        ("We look for travel cases, Make up brushes in them, 200 pcs", "brand"),
        ("Best brand headsets wanted, 100 pcs", "brand"),
        ("Diesel heater Burner /Similar Webasto heater, 20 pcs", "finish"),
        ("What does 3 sets mean? Color: red", "order_quantity"),
        ("Was bedeuten 5 Stück? Farbe: rot", "order_quantity"),
        ("Will it run on 110V or 230V? Colour: white", "voltage"),
        ("I would like these 50 € vouchers printed", "unit_price"),
        ("M35 cobalt HSS end mills, 40 pcs", "size"),
        ("Seat covers M2 M3 M4 X5M Original\nprice please", "size"),
        ("pouches for 1/4 oz size packets", "weight"),
        ("Export Experience: 12 years Colour: blue", "supplier_years"),
        ("Supply Ability: 3000 pieces per month Colour: blue", "monthly_capacity"),
        ("40HQ container loading quantity: 60 pcs", "length"),
        ("Avec les options svp, 5 motos", "options"),
        ("con mi cliente, 30 sillas", "cliente"),
        ("colour: green or ...", "colour"),
        ("Agente de carga DDP Puerta a Puerta, 30 kg", "incoterm_place"),
        ("Porsche Panamera Black Edition, 1 unit", "colour"),
        ("Licht in neuer Optik, 20 Stück", "condition"),
        ("Radar-Free Installation of stands, red", "radar_free"),
        ("Big Canvas Shopping Bag Free Logo Sample Offered\nhow much?", "custom_logo"),
        ("Print: CE Material: cotton", "certification"),
        ("Colors: 6 colors Material: wood", "colour"),
        ("Material:0.3mmTPU Size:A4", "material"),
        ("sweaters, cable knit cuffs", "weave"),
        ("we buy from an OEM, 20 drills", "oem"),
        ("DJ Booth Stand with Sound & Video Control\nprice?", "sound"),
        ("Shipped to the NetherlandsRegards Type: flat", "destination"),
        ("copper pipe cutters, 20 pcs", "material"),
        ("PVC Plastic Smart Badge Card Printer USB\nprice?", "material"),
        ("Light Fixture for Aquarium Lamp AB-02-C Wholesale Quality\nprice?", "compatible_with"),
        ("Unisex: S,M,LKids: M", "size"),
        ("Lithium pack, BMS: 13S", "bms"),
        ("Wood Metal Drill Bit Assortment Titanium Coated\nprice?", "material"),
        ("We need blister foil. How do we seal a blister?", "packaging"),
        ("Application: new and original Package Type: SOP", "application"),
        ("Tipo de soporte: Apoyo Color: rojo", "tipo_de_soporte"),
        ("5G Mobile Router Sub-6 Bands Wifi Hotspot\nprice?", "order_quantity"),
        ("Muestra de 10 días de entrega: Apoyo\nColor: rojo", "lead_time"),
        ("Rings wanted\n·Shape: round\n·Blue Sapph...", "colour"),
        ("Type: reinforced/plain Colour: blue", "reinforced"),
        ("Antennas, polarization: vertical and hori...", "orientation"),
        ("Package list: remote 1, manual 1 Colour: white", "remote"),
        ("Brilho: Alto brilho Material: PVC", "finish"),
        ("foldable rail-cars, red", "foldable_rail"),
    ],
)
def test_what_says_nothing_of_the_goods_is_not_read(text: str, field: str) -> None:
    assert field not in _read(text)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("pumps, Grundfos make, 3 kW", "brand", "Grundfos"),
        ("Make: Wilo\n2 pumps", "brand", "Wilo"),
        ("adhesive tape 48mm x 66m", "length", 66000),
        ("adhesive tape 48mm x 66m", "width", 48),
        ("Thickness: 20 25 30mm Type: slab", "thickness", (20, 25, 30)),
        ("Alloy Wheels 16 18 Inch Offroad\nhow much?", "diameter", (406.4, 457.2)),
        ("card 90 mm width x 55 mm height", "height", 55),
        ("We want 12 or 24 chairs", "order_quantity", (12, 24)),
        ("forks, 2WD/4WD tractor", "drive", ("4x2", "4x4")),
        ("Planner sheets A5/A6/A7", "size", ("A5", "A6", "A7")),
        ("trailer with 7 ft ramp", "ramp_length", 2133.6),
        ("thickness 3 mm (0.12 inch)", "thickness", 3),
        ("What is the price of a mug, and for 300 mugs?", "order_quantity", 300),
        ("the kit of 9 pieces", "pack_size", 9),
        ("router, up to 5 Gbps", "data_rate", 5000),
        ("Zustand: neu", "condition", "new"),
        ("chairs, seat of pvc leather", "seat_material", "PVC leather"),
        ("Speakers wanted, 12 inch", "diameter", 304.8),
        ("stool, powder coated metal legs", "legs_finish", "powder coated"),
        ("ribbons with text printed in silver", "text_colour", "silver"),
        ("gafas con marco en plástico", "frame_material", "plastic"),
        ("Usage: hotels Door Finish: matte", "door_finish", "matte"),
        ("pack with 80A BMS", "bms_current", 80),
        ("Light Source: CREE-XPG3 Colour: black", "light_source", "CREE-XPG3"),
        ("Car Tail Lamp Assembly Rear for Ford Raptor\nprice?", "compatible_with", "Ford Raptor"),
        ("Glass Plate Dish Set Kitchen\nMaterial: porcelain", "material", "porcelain"),
        ("TV Box Amlogic S905W Media Player\nChipset: Amlogic S905W", "chipset", "amlogic S905W"),
        ("Style: Rustic Material: oak", "style", "rustic"),
        ("Package Type: SOP Colour: black", "package_type", "SOP"),
        ("Power Source: electric power", "power_source", "electric"),
        ("Material: brass, copper, zinc, etc", "material", ("brass", "copper", "zinc")),
        ("robe brodée, 20 pièces", "decoration", "embroidery"),
        ("aprons with embroidered logo", "logo_method", "embroidery"),
        ("Kids bicycles with training wheels", "training_wheels", True),
        ("hose clamps of stainless steel metal", "material", "stainless steel"),
        ("Usage: For fishing trips Colour: blue", "application", "fishing trips"),
        ("hose clamps 60-80 mm", "diameter", (60, 80)),
        ("generators, 3 Phase Single Phase", "phases", (3, 1)),
        ("T-shirts, V neck or round neck", "neckline", ("V", "round")),
        ("Necesito 30 taburetes de pino con patas de acero gris", "legs_material", "steel"),
        ("Necesito 30 taburetes de pino con patas de acero gris", "legs_colour", "grey"),
        ("chaises en bois, accoudoirs en métal noir, 40", "armrests_colour", "black"),
        ("Do you have it in 110V or 230V? 10 fans", "voltage", (110, 230)),
        ("Production capacity: 300 kg/h Colour: blue", "throughput", 300),
        ("used vans, diesel, under 90,000 km, 3 units", "mileage", 90000),
        ("e-bikes with up to 60 km", "range", 60),
        ("hex bolts M2 M3 M4 M5", "size", ("M2", "M3", "M4", "M5")),
    ],
)
def test_what_stands_beside_it_is_read_as_before(text: str, field: str, value: object) -> None:
    read = _read(text)[field]
    assert read == (pytest.approx(value) if not isinstance(value, str) else value)


def test_what_the_seller_shall_specify_if_it_has_it_is_no_wish_of_the_keys_beside() -> None:
    text = "Motor type: DC motor Voltage: specify if available Current: specify if available"
    hard = {r.field: r.hard for r in parse(text).requirements if r.implied_by is None}
    assert hard["motor_type"]
