"""Index the bundled groceries and search them with a sentence; every score is explained."""

import tempfile

import deepsearch as ds


def main() -> None:
    groceries = ds.data_folder()
    with tempfile.TemporaryDirectory() as folder:
        engine = ds.SearchEngine.create(f"{folder}/groceries")
        report = engine.index(groceries / "catalogue.jsonl")
        print(f"indexed {report.ingest.added} listings in {report.seconds:.1f} s\n")

        result = engine.search("lactose-free milk, MOQ not above 500, supplier with 3 years", k=3)
        for requirement in result.parsed.requirements:
            print("understood:", requirement.field, requirement.op, requirement.value)
        for hit in result.hits:
            print(f"\n{hit.rank}. {hit.listing.title}  {hit.score:.3f}")
            for judgement in hit.judgements:
                print(f"   {judgement.status:9}{judgement.requirement.field}: {judgement.reason}")
            for part in hit.explanation.contributions:
                print(f"   {part.value:+.4f}  {part.name}: {part.sentence}")


if __name__ == "__main__":
    main()
