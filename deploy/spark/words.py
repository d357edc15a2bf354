"""The words of a text as keywords, so that they can be counted without a text analysis in the index."""

from pyspark.sql import Column, functions as F

from once import once

MIN_LETTERS, MAX_LETTERS = 3, 30
MAX_WORDS = 50
NO_LETTER = r"[^\p{L}]+"
#: Of English, three letters and more: they stand in most texts and say nothing of any.
STOP_WORDS = (
    "about above after again all and any are because been before being below between both but can could did does "
    "doing down during each few for from further had has have having her here hers him his how into its itself just "
    "more most not now off once only other our out over own same she should some such than that the their them then "
    "there these they this those through too under until very was were what when where which while who whom why will "
    "with would you your"
).split()


def words(text: Column) -> Column:
    """The first distinct words, sorted; null where there is none. A function of the text alone."""
    every = F.split(F.lower(text), NO_LETTER)
    fitting = F.filter(
        F.array_except(every, F.lit(STOP_WORDS)), lambda word: F.length(word).between(MIN_LETTERS, MAX_LETTERS)
    )
    return once(F.array_sort(F.slice(fitting, 1, MAX_WORDS)), lambda found: F.when(F.size(found) > 0, found))
