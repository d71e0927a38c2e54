# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first look
#
# Index the bundled groceries, then search them with words, a photo, and both. Titles and
# pictures are from the Grocery Store Dataset (MIT); offers and suppliers are invented.

# %%
import io
import tempfile

import matplotlib.pyplot as plt
from PIL import Image

import deepsearch as ds

folder = tempfile.mkdtemp()
groceries = ds.data_folder()
engine = ds.SearchEngine.create(f"{folder}/groceries")
report = engine.index(groceries / "catalogue.jsonl")
print(
    f"{report.ingest.added} listings, {report.encoded.texts} texts, "
    f"{report.encoded.pictures} pictures"
)

# %% [markdown]
# ## Pictures of an answer
#
# A hit names its listing; the listing names its pictures.


# %%
def show(result: ds.SearchResult) -> None:
    """Show the query's picture, if it has one, and the hits beside it."""
    asked = [part.picture for part in result.query.parts if part.picture and part.weight > 0]
    shown = [(None, Image.open(io.BytesIO(picture))) for picture in asked]
    for hit in result.hits:
        path = engine.catalogue.media_path(hit.listing.media[0])
        if path is not None:
            shown.append((hit, Image.open(path)))
    _, axes = plt.subplots(1, len(shown), figsize=(2.2 * len(shown), 2.6), squeeze=False)
    for axis, (hit, picture) in zip(axes[0], shown, strict=True):
        axis.imshow(picture)
        axis.set_axis_off()
        title = "asked" if hit is None else f"{hit.rank}. {hit.listing.title}\n{hit.score:.3f}"
        axis.set_title(title, fontsize=9)
    plt.tight_layout()
    plt.show()


show(engine.search("oat drink that keeps without a fridge", k=5))

# %% [markdown]
# ## A photo taken in a shop

# %%
photo = groceries / "photos" / "Red-Bell-Pepper.jpg"
show(engine.search(images=[photo], k=5))

# %% [markdown]
# The same photo, but yellow: words and picture are fused.

# %%
show(engine.search("yellow", images=[photo], k=5))

# %% [markdown]
# ## What was understood, and why each hit stands where it does

# %%
result = engine.search("orange juice, MOQ not above 200, supplier with at least 3 years", k=3)
for requirement in result.parsed.requirements:
    print(requirement.field, requirement.op, requirement.value, requirement.unit or "")
for hit in result.hits:
    print(f"\n{hit.rank}. {hit.listing.title}")
    for judgement in hit.judgements:
        print(f"   {judgement.status}: {judgement.requirement.field}: {judgement.reason}")

# %% [markdown]
# ## The catalogue as a table
#
# The facts are an Arrow table: prices and minimum orders in one picture, and how much of
# each field is known at all.

# %%
facts = engine.catalogue.facts.to_pandas()
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6))
left.scatter(facts["min_order_quantity.value"], facts["price.min"], alpha=0.6)
left.set(xscale="log", xlabel="minimum order (kg or pieces)", ylabel="price from (EUR)")
known = engine.catalogue.info().fill
shares = sorted((share, name) for name, share in known.items() if 0 < share < 1)
right.barh([name for _, name in shares], [share for share, _ in shares])
right.set(xlim=(0, 1), xlabel="share of listings that say it")
plt.tight_layout()
plt.show()
