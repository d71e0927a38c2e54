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
import tempfile

import matplotlib.pyplot as plt
import pandas as pd
from PIL import Image

import deepsearch as ds
from deepsearch.evaluation import evaluate
from deepsearch.ranking import to_rows

folder = tempfile.mkdtemp()
groceries = ds.data_folder()
engine = ds.SearchEngine.create(f"{folder}/groceries")
report = engine.index(groceries / "catalogue.jsonl")
print(
    f"{report.ingest.added} listings, {report.encoded.texts} texts, "
    f"{report.encoded.pictures} pictures"
)

# %% [markdown]
# A data frame is indexed as a file is: `engine.index(frame, images="folder")`.
#
# ## An answer shows itself
#
# Each hit with its picture, what it says to each requirement, and the parts of its score.

# %%
engine.search("oat drink that keeps without a fridge, MOQ not above 500", k=3)

# %% [markdown]
# ## A photo taken in a shop

# %%
photo = groceries / "photos" / "Red-Bell-Pepper.jpg"
engine.search(images=[photo], k=3)

# %% [markdown]
# The same photo, but yellow: words and picture are fused. A picture in memory (Pillow) does, too.

# %%
engine.search("yellow", images=[Image.open(photo)], k=3)

# %% [markdown]
# ## A sheet of requests: one answer a row

# %%
queries = ds.build_queries(files=[groceries / "enquiry.xlsx"])
answers = engine.search_many(queries)
pd.DataFrame(
    {"row": query.id, "asked": query.text, "first hit": answer.hits[0].listing.title}
    for query, answer in zip(queries, answers, strict=True)
)

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
# ## Two ways to search, compared
#
# The same queries with and without the requirements read out of the words, encoded once.
# `to_rows` makes flat rows of an answer.

# %%
ways = {"with": ds.SearchOptions(k=20), "without": ds.SearchOptions(k=20, requirements=False)}
questions = {
    "juice": "orange juice, price not above 2 EUR",
    "milk": "lactose-free milk, MOQ not above 100",
    "apples": "sour green apples",
}
answered = dict(
    zip(ways, engine.search_variants([*questions.values()], [*ways.values()]), strict=True)
)
both = [
    pd.DataFrame(to_rows(answers[0])).set_index("title")["rank"] for answers in answered.values()
]
pd.concat(both, axis=1, keys=answered).head(8)

# %% [markdown]
# ## Measured with judgements of one's own
#
# Grades: 3 what was asked for, 2 the right product, 1 related. Recall by depth, of each way.

# %%
judged = {
    "juice": {"gro:Bravo-Orange-Juice": 3, "gro:Tropicana-Juice-Smooth": 2},
    "milk": {"gro:Arla-Lactose-Medium-Fat-Milk": 3},
    "apples": {"gro:Granny-Smith": 3, "gro:Golden-Delicious": 2},
}
runs = {
    way: {
        name: [hit.listing.id for hit in answer.hits]
        for name, answer in zip(questions, answers, strict=True)
    }
    for way, answers in answered.items()
}
depths = [1, 2, 3, 5, 10, 20]
measured = evaluate(runs, judged, measures=[f"R@{depth}" for depth in depths])
recall = pd.DataFrame(
    {way: [found.mean[f"R@{depth}"] for depth in depths] for way, found in measured.items()},
    index=pd.Index(depths, name="depth"),
)
recall.plot(marker="o", logx=True, ylim=(0, 1.05), ylabel="recall", figsize=(5, 3))
plt.show()

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
